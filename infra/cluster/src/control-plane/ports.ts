import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { freePort } from '@keyturn/postgres';
import { LOOPBACK, type Ports } from './settings.js';

const file = (dir: string): string => join(dir, 'ports.json');

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer().listen(port, LOOPBACK);
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
};

const remembered = (dir: string): Partial<Ports> => {
  try {
    return JSON.parse(readFileSync(file(dir), 'utf8')) as Partial<Ports>;
  } catch {
    return {};
  }
};

const keepOrChoose = async (port: number | undefined): Promise<number> =>
  port !== undefined && (await isFree(port)) ? port : freePort();

/** The ports of the last start of this directory, for as long as they are free; else others. */
export const choosePorts = async (dir: string): Promise<Ports> => {
  const last = remembered(dir);
  const ports = {
    etcd: await keepOrChoose(last.etcd),
    etcdPeer: await keepOrChoose(last.etcdPeer),
    apiServer: await keepOrChoose(last.apiServer),
  };
  writeFileSync(file(dir), JSON.stringify(ports), { mode: 0o600 });
  return ports;
};

/** The ports that the daemons of this directory use now. Throws when it has none. */
export const usedPorts = (dir: string): Ports => JSON.parse(readFileSync(file(dir), 'utf8')) as Ports;
