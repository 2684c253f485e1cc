import { describe, expect, it } from '@jest/globals';
import { placesOf } from '../src/platform/places.js';
import { servicePod, type Surroundings } from '../src/platform/services.js';
import { readServices, servicesOf } from '../src/platform/values.js';

const values = (services: string): string => `
auth:
  database: { name: keyturn_auth }
  rolePermissions: { user: [profile:read], admin: ["*"] }
services:
${services}`;

describe('the services of this machine', () => {
  it('are those of the chart: the issuer, then each block', () => {
    const [auth, orders, ...more] = servicesOf(
      values(`
  orders:
    image: { repository: shop/orders }
    rings: { access-tokens: verifier }
    permissions: { user: [orders:read, profile:read], clerk: [orders:*] }
    database: { name: shop_orders }
    calls: [tasks]
    migrate: { args: [dist/migrate.js, --all] }
    env: { LIMIT: 3, KEY: { valueFrom: { secretKeyRef: { name: a, key: b } } } }
    routes: [{ path: "/api/[^/]+/orders", type: Regex }, { path: /orders }]
  gone: null
  off: { enabled: false, permissions: { user: [off:read] } }`),
    );
    expect(more).toEqual([]);
    expect(orders).toEqual({
      name: 'orders',
      language: 'node',
      args: ['dist/main.js'],
      migrate: ['dist/migrate.js', '--all'],
      database: 'shop_orders',
      rings: { 'access-tokens': 'verifier' },
      sessions: undefined,
      routes: [
        { path: '/api/[^/]+/orders', type: 'Regex' },
        { path: '/orders', type: 'Prefix' },
      ],
      calls: ['tasks'],
      env: { LIMIT: '3' },
    });
    expect(auth).toMatchObject({ name: 'auth', database: 'keyturn_auth', migrate: ['dist/migrate.js'] });
    expect(auth?.env).toEqual({
      KEYTURN_ROLE_PERMISSIONS: 'user=profile:read orders:read,admin=*,clerk=orders:*',
    });
  });

  it('are refused when a block is none', () => {
    expect(() => servicesOf(values('  orders: yes'))).toThrow(/services\.orders: must be a block of values/);
  });

  it('are only those that the workspace has, and of them those that are wanted', () => {
    expect(readServices(['tasks']).map(({ name }) => name)).toEqual(['auth', 'tasks']);
    expect(readServices([]).map(({ name }) => name)).toEqual(['auth']);
    const [python, ...more] = readServices(['reports'], true).slice(1);
    expect([python?.language, python?.args, more]).toEqual(['python', ['-m', 'reports'], []]);
    expect(readServices().every(({ language }) => language === 'node')).toBe(true);
    const [auth] = readServices();
    expect(auth?.env.KEYTURN_ROLE_PERMISSIONS).toMatch(/^user=tasks:read tasks:write\b.*,admin=\*$/);
  });
});

describe('the issuer of this machine', () => {
  const frontendOf = (frontendUrl: string | undefined): string | undefined => {
    const [auth] = servicesOf(values('  {}'));
    const around: Surroundings = {
      places: placesOf('/nowhere'),
      baseUrl: 'http://localhost:8080',
      smtpUrl: 'smtp://localhost',
      frontendUrl,
      rings: {},
      databaseUrl: () => 'postgres://localhost/auth',
      documentUrls: [],
      inherited: {},
      extra: {},
    };
    return servicePod(auth!, 'auth-1', { service: 1, management: 2 }, around).env({ uid: 'x', dir: '/x' })[
      'KEYTURN_FRONTEND_URL'
    ];
  };

  it('sends the links of mails to the front end, where there is one', () => {
    expect(frontendOf('http://localhost:8080')).toBe('http://localhost:8080');
    expect(frontendOf(undefined)).toBeUndefined();
  });
});
