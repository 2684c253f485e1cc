import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

const listenOn = async (server: Server, host: string, port: number): Promise<number> => {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

const listenOnBoth = async (make: () => Server, port: number): Promise<{ port: number; servers: Server[] }> => {
  const v4 = make();
  const chosen = await listenOn(v4, '127.0.0.1', port);
  const v6 = make();
  try {
    await listenOn(v6, '::1', chosen);
    return { port: chosen, servers: [v4, v6] };
  } catch (error) {
    if (codeOf(error) === 'EADDRNOTAVAIL' || codeOf(error) === 'EAFNOSUPPORT') return { port: chosen, servers: [v4] };
    v4.close();
    throw error;
  }
};

/**
 * Listens on `localhost`, which is 127.0.0.1 and, where the machine has it, ::1. Takes the first of the ports that is free
 * in both; 0 is any. Throws an Error that names the ports when none is.
 */
export const listenLocally = async (
  make: () => Server,
  ports: readonly number[],
): Promise<{ readonly port: number; readonly servers: readonly Server[] }> => {
  for (const port of ports) {
    try {
      return await listenOnBoth(make, port);
    } catch (error) {
      if (codeOf(error) !== 'EADDRINUSE' && codeOf(error) !== 'EACCES') throw error;
    }
  }
  throw new Error(ports.length === 1 ? `port ${ports[0]} is taken` : `no free port among ${ports.join(', ')}`);
};
