/**
 * For the tests of services (`@keyturn/runtime/testing`): the service in this process, with a real PostgreSQL of its own and an
 * issuer whose tokens it believes. Nothing of it is loaded by a service; `@keyturn/postgres` is a test's to install.
 */
export { type Answer, call, type CallOptions } from './call.js';
export { type ServiceUnderTest, startServiceUnderTest, TEST_ISSUER, type TestedService } from './service-under-test.js';
