import { describe, expect, it } from '@jest/globals';
import { askFrom, newAddress, type Target } from './client.js';

type Operations = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** What an administrator could do to this user, or to what is there in every platform. */
const filled = (path: string, userId: string): string =>
  path.replace('{ring}', 'access-tokens').replaceAll(/\{[^}]+\}/g, userId);

export const describeAdministration = (target: () => Target): void =>
  describe('what administrators may do', () => {
    it('nobody else may, by any route or method that the issuer describes, with a session, a token, or both', async () => {
      const { platform, ada, bob } = target();
      const issuer = platform.processes().find(({ name }) => name === 'auth-1')!;
      const { paths } = (await (await fetch(new URL('/openapi.json', issuer.url))).json()) as { paths: Operations };
      // The rest is published for everyone.
      const administrative = Object.keys(paths).filter((path) => path.startsWith('/api/'));
      expect(administrative.length).toBeGreaterThanOrEqual(8);
      const authorization = `Bearer ${await ada.token()}`;
      const ways = { nothing: {}, session: { cookie: ada.cookie }, token: { authorization } };
      const before = [await bob.session(), await ada.session()];
      const address = newAddress();
      const got: string[] = [];
      for (const path of administrative) {
        for (const [way, headers] of Object.entries({ ...ways, both: { ...ways.session, ...ways.token } })) {
          for (const method of METHODS) {
            const body = method === 'GET' ? {} : { body: { role: 'admin', name: 'x', redirectUris: [] } };
            const asked = await askFrom(address, platform, filled(path, bob.id), { method, headers, ...body });
            const refused = way === 'nothing' || way === 'token' ? [401, 404, 405] : [401, 403, 404, 405];
            const described = method.toLowerCase() in (paths[path] ?? {});
            if (!refused.includes(asked.status) || (described && asked.status === 405)) {
              got.push(`${method} ${path} with ${way}: ${asked.status}`);
            }
          }
        }
      }
      expect(got).toEqual([]);
      expect([await bob.session(), await ada.session()]).toEqual(before);
    }, 60_000);
  });
