import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { PostgresServer } from '@keyturn/postgres';
import pg from 'pg';

/** For `localhost`, signed by itself. */
const certificate = new URL('../../../services/keyring/test/tls/localhost.cert.pem', import.meta.url);
const privateKey = new URL('../../../services/keyring/test/tls/localhost.key.pem', import.meta.url);

/**
 * From now on the server takes connections with TLS alone, as managed ones do. The URL of the server for who asks for a
 * certificate of `localhost` that the authority in `authority` has signed.
 */
export const requireTls = async (server: PostgresServer): Promise<{ url: string; authority: string }> => {
  const client = new pg.Client({ connectionString: server.url('postgres') });
  await client.connect();
  // By the server's own hand: its files are its account's.
  const write = async (path: string, text: string): Promise<void> => {
    const lines = text.trim().split('\n').map(pg.escapeLiteral).join(', ');
    const program = pg.escapeLiteral(`umask 077; cat > "${path}"`);
    await client.query(`COPY (SELECT unnest(ARRAY[${lines}])) TO PROGRAM ${program}`);
  };
  try {
    const [places] = (
      await client.query(`SELECT current_setting('data_directory') AS data, current_setting('hba_file') AS hba`)
    ).rows;
    await write(`${places.data}/server.crt`, await readFile(certificate, 'utf8'));
    await write(`${places.data}/server.key`, await readFile(privateKey, 'utf8'));
    await write(places.hba, 'hostssl all all all scram-sha-256');
    await client.query('ALTER SYSTEM SET ssl = on');
  } finally {
    await client.end();
  }
  await server.restart();
  const url = new URL(server.url('postgres'));
  url.hostname = 'localhost';
  url.searchParams.set('sslmode', 'verify-full');
  return { url: url.href, authority: fileURLToPath(certificate) };
};
