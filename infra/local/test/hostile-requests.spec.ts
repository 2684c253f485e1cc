import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { startMailCatcher } from '../src/mail/catcher.js';
import { createBackends } from '../src/proxy/backends.js';
import { startProxy } from '../src/proxy/server.js';

/** Sends bytes as they are, which no HTTP client would, and returns what came back until the server closed. */
const send = async (port: number, bytes: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes);
  return text(socket);
};

describe('a hostile client', () => {
  it('cannot hide a second request in the body of a GET by naming its length in Connection', async () => {
    const seen: string[] = [];
    const service = createServer((request, response) => {
      seen.push(`${request.method} ${request.url} for ${request.headers['x-forwarded-for']}`);
      request.resume().once('end', () => response.end('ok'));
    }).listen(0, '127.0.0.1');
    await once(service, 'listening');
    const backends = createBackends();
    backends.add('auth', 'auth-1', `http://127.0.0.1:${(service.address() as AddressInfo).port}`);
    backends.set('auth-1', 'ready');
    const proxy = await startProxy({
      backends,
      routes: [{ service: 'auth', path: '/api/auth', type: 'Prefix' }],
      ports: [0],
      page: (_request, response) => response.end(),
    });
    try {
      const hidden = 'GET /hidden HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n';
      const head = 'GET /api/auth/x HTTP/1.1\r\nHost: localhost\r\nConnection: close, content-length\r\n';
      expect(await send(proxy.port, `${head}Content-Length: ${hidden.length}\r\n\r\n${hidden}`)).toContain('200 OK');
      // A hidden request would be answered before the next one on the same connection.
      expect(await send(proxy.port, `${head}\r\n`)).toContain('200 OK');
      expect(seen).toEqual(['GET /api/auth/x for 127.0.0.1', 'GET /api/auth/x for 127.0.0.1']);
    } finally {
      await proxy.close();
      service.closeAllConnections();
      service.close();
    }
  });

  it('cannot end the mail catcher with a target that is no path', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-mail-'));
    const mail = await startMailCatcher(folder, [0]);
    try {
      const port = Number(new URL(mail.url).port);
      for (const target of ['//', '///', '//[', '*', 'http://', '@']) {
        const bytes = `GET ${target} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`;
        expect(await send(port, bytes)).toMatch(/^HTTP\/1\.1 (200|400|404) /);
      }
    } finally {
      await mail.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    }
  });
});
