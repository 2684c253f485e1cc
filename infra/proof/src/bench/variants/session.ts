import { createPostgresSessionStore, GuardModule } from '@keyturn/guard';
import { Pool } from 'pg';
import type { Variant } from './index.js';

/** A query of the session table for each request: the guard's session method with its cache off. */
export const session: Variant = ({ databaseUrl }) => {
  const pool = new Pool({ connectionString: databaseUrl, max: 10 });
  pool.on('error', () => undefined);
  return {
    imports: [GuardModule.forRoot({ method: 'session', store: createPostgresSessionStore({ pool }), cacheSize: 0 })],
  };
};
