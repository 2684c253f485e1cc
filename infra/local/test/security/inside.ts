import { describe, expect, it } from '@jest/globals';
import { askFrom, newAddress, type Target } from './client.js';

/** What only the operator, Prometheus and the kubelet are to reach. */
const INSIDE = ['/livez', '/readyz', '/metrics', '/keyturn/v1/rings', '/keyturn/v1/rings/access-tokens'];
const WAYS = ['', '/api/auth/../..', '/api/auth/%2e%2e/%2e%2e', '/.well-known/..', '/api/x/tasks/../../..', '//'];

export const describeInside = (target: () => Target): void =>
  describe('what processes tell each other', () => {
    it('is not behind the one address, however the path is written', async () => {
      const { platform, ada } = target();
      const address = newAddress();
      for (const path of WAYS.flatMap((way) => INSIDE.map((inside) => `${way}${inside}`))) {
        const { status, text } = await askFrom(address, platform, path, { headers: { cookie: ada.cookie } });
        expect([path, status]).toEqual([path, expect.any(Number)]);
        expect(`${path} ${[400, 401, 404].includes(status) ? '' : `${status} ${text}`}`).toBe(`${path} `);
      }
      const canary = '/keyturn/v1/rings/access-tokens/canary';
      const { status } = await askFrom(address, platform, canary, { body: { credential: 'x' } });
      expect(status).toBe(404);
    });
  });
