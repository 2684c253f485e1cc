import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { CHART, helmTest, type KubeObject, objectNamed, render } from './support/helm.js';

const refusal = (...args: string[]): Promise<string> =>
  render(...args.flatMap((arg) => ['--set', arg])).then(
    () => 'taken',
    (error: unknown) => String(error),
  );

describe('values', () => {
  helmTest('that are misspelt are refused, each by its place and name', async () => {
    const said = await refusal('baseURL=x', 'auth.databse.name=x', 'services.tasks.replcas=1', 'rings.x.typ=x');
    expect(said).toContain("additional properties 'baseURL' not allowed");
    expect(said).toContain("at '/auth': additional properties 'databse' not allowed");
    expect(said).toContain("at '/services/tasks': additional properties 'replcas' not allowed");
    expect(said).toContain("at '/rings/x'");
  });

  helmTest.each([
    ['auth.mail.url=http://mail', "at '/auth/mail/url'"],
    ['rings.access-tokens.maxCredentialLifetime=soon', "at '/rings/access-tokens/maxCredentialLifetime'"],
    ['services.tasks.rings.access-tokens=signer', "at '/services/tasks/rings/access-tokens'"],
    ['services.Orders.replicas=1', 'Orders'],
    ['operator.secrets=All', "at '/operator/secrets'"],
    ['postgres.enabled=false', 'database.existingSecret: is required when postgres.enabled is false'],
    ['services.tasks.rings.other=verifier', 'services.tasks.rings.other: there is no such ring under rings'],
    [
      'rings.access-tokens.type=SharedSecret,rings.access-tokens.algorithm=HS256',
      'services.tasks.rings.access-tokens: must be holder: whoever verifies with a shared secret holds it',
    ],
    ['services.tasks.sessions=true', 'services.tasks.sessions: needs auth.sessionReader.existingSecret'],
    ['services.auth.image.repository=x', 'services.auth: the platform has a component of this name'],
    ['services.web.image.repository=x', 'services.web: the platform has a component of this name'],
    ['web.rings.access-tokens=verifier', 'web.rings: a component without management takes part in no ring'],
    ['services.orders.replicas=1', 'services.orders.image.repository: is required'],
    ['baseUrl=http://a.example.com', 'baseUrl: must be https, except on localhost'],
    ['auth.tokenRing=session-secret', 'auth.sessionRing: must be another ring than auth.tokenRing'],
    ['auth.tokenRing=none', 'auth.tokenRing: must be a ring of type SigningKey, or of algorithm HS256; none is none'],
    ['auth.sessionRing=none', 'auth.sessionRing: must be a ring of algorithm opaque; none is none'],
    ['auth.trustedOrigins={https://a.example/b}', 'auth.trustedOrigins: must be origins, without a path'],
    ['auth.frontendUrl=https://a.example/b', 'auth.frontendUrl: must be at the baseUrl or at one of'],
    ['httpRoute.enabled=true', 'httpRoute.parentRefs: is required'],
  ])('that cannot work are refused with a sentence: %s', async (value, sentence) => {
    expect(await refusal(value)).toContain(sentence);
  });

  helmTest.each([
    ['baseUrl=https://a.example,auth.frontendUrl=https://a.example/app'],
    ['baseUrl=http://app.localhost:8080'],
    ['baseUrl=http://[::1]:8080'],
    ['auth.trustedOrigins={https://b.example},auth.frontendUrl=https://b.example/app'],
  ])('that can work are taken: %s', async (value) => {
    expect(await refusal(value)).toBe('taken');
  });

  helmTest('of other charts are left alone: any global, and a root enabled', async () => {
    expect(await refusal('global.anything.else=1', 'enabled=false')).toBe('taken');
  });

  helmTest(
    'of a service say what its users may do, and the issuer grants it for as long as the service is there',
    async () => {
      const block = 'services.orders.image.repository=x,services.orders.permissions.user={orders:read,tasks:read}';
      const granted = async (...args: string[]): Promise<unknown> => {
        const text = JSON.stringify(objectNamed(await render('--set', block, ...args), 'Deployment', 'keyturn-auth'));
        return /"KEYTURN_ROLE_PERMISSIONS","value":"([^"]*)"/.exec(text)?.[1];
      };
      expect(await granted()).toBe('admin=*,user=orders:read tasks:read tasks:write');
      expect(await granted('--set', 'services.orders.enabled=false')).toBe('admin=*,user=tasks:read tasks:write');
      expect(await granted('--set', 'auth.rolePermissions.clerk={orders:*}')).toMatch(
        /^admin=\*,clerk=orders:\*,user=/,
      );
      expect(await refusal('services.tasks.permissions.user={all of it}')).toContain(
        "at '/services/tasks/permissions/user/0'",
      );
    },
  );

  helmTest('that say no, none or zero are kept over defaults', async () => {
    const block = 'services.tasks';
    const objects = await render('--set', `${block}.replicas=0,${block}.podDisruptionBudget.enabled=false`);
    expect(objectNamed<KubeObject & { spec: object }>(objects, 'Deployment', 'keyturn-tasks').spec).toMatchObject({
      replicas: 0,
    });
    const budgets = objects.filter(({ kind }) => kind === 'PodDisruptionBudget').map(({ metadata }) => metadata.name);
    expect(budgets).toEqual(['keyturn-auth', 'keyturn-operator', 'keyturn-web']);
    const without = await render('--set', `${block}.enabled=false`);
    expect(without.filter(({ metadata }) => metadata.name.startsWith('keyturn-tasks'))).toEqual([]);
  });

  it('in the chart are all known to the schema, and described by the library', () => {
    const read = (path: string): string => readFileSync(join(CHART, path), 'utf8');
    const schema = JSON.parse(read('values.schema.json')) as Node;
    const unknown: string[] = [];
    walk(parse(read('values.yaml')) as Tree, schema, schema, '', unknown);
    expect(unknown).toEqual([]);
    const defaults = read('charts/service/templates/_defaults.tpl').match(/^[a-zA-Z]+(?=:)/gm) ?? [];
    const known = Object.keys(schema.$defs?.component?.properties ?? {});
    expect([...defaults].sort()).toEqual([...known].sort());
    const readme = read('charts/service/README.md');
    expect(known.filter((key) => !new RegExp(`\`${key}\\b`).test(readme) && key !== 'http')).toEqual([]);
  });
});

type Tree = { readonly [key: string]: unknown };
interface Node {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Node>>;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
}

/** Notes each key of the values that no property of the schema describes. */
const walk = (values: Tree, schema: Node, root: Node, path: string, unknown: string[]): void => {
  const node = schema.$ref === undefined ? schema : root.$defs?.[schema.$ref.split('/').at(-1) ?? ''];
  if (!node?.properties && typeof node?.additionalProperties !== 'object') return;
  for (const [key, value] of Object.entries(values)) {
    const next = node.properties?.[key] ?? node.additionalProperties;
    if (typeof next !== 'object') unknown.push(`${path}.${key}`);
    else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      walk(value as Tree, next, root, `${path}.${key}`, unknown);
    }
  }
};
