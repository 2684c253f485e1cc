import type { TestClaims, TestIssuer } from '@keyturn/guard/testing';
import { type ServiceUnderTest, startServiceUnderTest } from '@keyturn/runtime/testing';
import { migrations, readEnvironment, type TasksEnvironment, tasksService } from '../src/index.js';

export { type Answer, call, type CallOptions, TEST_ISSUER as ISSUER } from '@keyturn/runtime/testing';

const PERMISSIONS = ['tasks:read', 'tasks:write'];

export const tokenFor = (issuer: TestIssuer, sub: string, claims: TestClaims = {}): string =>
  issuer.mint({ sub, permissions: PERMISSIONS, ...claims });

export type TasksUnderTest = ServiceUnderTest<TasksEnvironment>;

export const startTasks = (): Promise<TasksUnderTest> =>
  startServiceUnderTest({ migrations, define: (variables) => tasksService(readEnvironment(variables)) });
