/** Better Auth with its jwt plugin as documented, in a process of its own: `node stock-token-server.js DATABASE_URL`. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { jwt } from 'better-auth/plugins';
import { Pool } from 'pg';

const pool = new Pool({ connectionString: process.argv[2] ?? '', max: 10 });
pool.on('error', () => undefined);
const server = createServer();
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const options = {
  baseURL: url,
  database: pool,
  secret: 'a secret for the benchmark, long enough',
  telemetry: { enabled: false },
  logger: { disabled: true },
  rateLimit: { enabled: false },
  emailAndPassword: { enabled: true },
  plugins: [jwt({ disableSettingJwtHeader: true, jwks: { keyPairConfig: { alg: 'ES256' } } })],
};
await (await getMigrations(options)).runMigrations();
server.on('request', toNodeHandler(betterAuth(options)));
process.once('disconnect', () => process.exit());
process.send?.({ url });
