/**
 * Better Auth knows a client's address from a header only. This one is set by our own HTTP layer from the connection and
 * from trusted proxies; whatever a client sends under this name is overwritten.
 */
export const CLIENT_ADDRESS_HEADER = 'x-keyturn-client-address';
