import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTree } from '@nx/devkit/testing';
import type { Tree } from '@nx/devkit';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { serviceGenerator, serviceRemoveGenerator } from '../src/index.ts';
import { singularOf, pluralOf } from '../src/service/plural.ts';
import { blocksIn, withBlock, withoutBlock } from '../src/workspace/values.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const VALUES = 'charts/keyturn/values.yaml';

/** Packages of ours, and where they are here. */
const INSTALLED = [
  ['guard', 'services/guard'],
  ['runtime', 'services/runtime'],
  ['postgres', 'infra/postgres'],
] as const;

let tree: Tree;
/** A workspace of another team, which installs what ours has beside it. */
beforeEach(() => {
  tree = createTree();
  const copied = [
    VALUES,
    'package-lock.json',
    'tsconfig.json',
    'tsconfig.base.json',
    'jest.preset.js',
    'services/tasks/src/environment.ts',
    'services/tasks/package.json',
  ];
  for (const path of copied) tree.write(path, readFileSync(join(ROOT, path)));
  // As the values are shipped: whatever this workspace has added is left out.
  const values = readFileSync(join(ROOT, VALUES), 'utf8');
  const added = Object.keys(blocksIn(values)).filter((name) => name !== 'tasks');
  tree.write(VALUES, added.reduce(withoutBlock, values));
  tree.write('package.json', JSON.stringify({ name: '@shop/root', version: '2.0.0', workspaces: ['services/*'] }));
  for (const [name, folder] of INSTALLED)
    tree.write(`node_modules/@keyturn/${name}/package.json`, readFileSync(join(ROOT, folder, 'package.json')));
});

const contents = (): Record<string, string | undefined> =>
  Object.fromEntries(tree.listChanges().map(({ path, content }) => [path, content?.toString()]));
const refusal = (options: Parameters<typeof serviceGenerator>[1]): Promise<string> =>
  serviceGenerator(tree, options).then(
    () => 'taken',
    ({ message }: Error) => message,
  );

it('says all that another workspace lacks, at once, and changes nothing', async () => {
  for (const path of ['tsconfig.base.json', VALUES, 'node_modules/@keyturn/postgres/package.json']) tree.delete(path);
  tree.write('package.json', JSON.stringify({ name: '@shop/root', version: '2.0.0', workspaces: ['apps/*'] }));
  const before = contents();
  expect((await refusal({ name: 'orders' })).split('\n')).toEqual([
    'this workspace lacks what a service needs:',
    'package.json: workspaces: must have "services/*"',
    expect.stringMatching(/^tsconfig\.base\.json: is missing: .*experimentalDecorators/),
    'charts/keyturn/values.yaml: is missing: the chart of the platform, or its values alone',
    '@keyturn/postgres: is not installed',
  ]);
  expect(contents()).toEqual(before);
});

describe('an option that cannot be', () => {
  it.each([
    [{ name: 'Orders' }, /^name: must be lower-case letters and digits, .* at most 30 characters$/],
    [{ name: 'orders_2' }, /^name: must be lower-case/],
    [{ name: '../orders' }, /^name: must be lower-case/],
    [{ name: 'o'.repeat(31) }, /^name: .* at most 30/],
    [{ name: 'orders-2' }, /^name: .* begun by a letter/],
    [{ name: '' }, /^name: must be/],
    [{ name: 'auth' }, /^name: auth is a name that the platform itself uses$/],
    [{ name: 'orders-internal' }, /^name: orders-internal is a name that the platform itself uses$/],
    [
      { name: 'tasks', port: 3999 },
      /^name: tasks is taken: there is such a service already, of another entity or port$/,
    ],
    [{ name: 'tasks', entity: 'job' }, /^name: tasks is taken/],
    [{ name: 'orders', entity: 'a b' }, /^entity: must be lower-case/],
    [{ name: 'orders', entity: 'Promise' }, /^entity: promise is a word that the code of a service uses already$/],
    [{ name: 'orders', entity: 'task' }, /^entity: its path .*tasks.* is taken: the service tasks answers it$/],
    [{ name: 'orders', port: 80 }, /^port: must be a whole number from 1024 to 59535$/],
    [{ name: 'orders', port: 3000.5 }, /^port: must be a whole number/],
    [{ name: 'orders', port: 3100 }, /^port: 3100 is taken: it is the port of the service tasks$/],
  ])('is refused by its name and the rule, case %#', async (options, message) => {
    const before = contents();
    expect(await refusal(options)).toMatch(message);
    expect(contents()).toEqual(before);
  });

  it('is told with all others that cannot be', async () => {
    const said = await refusal({ name: 'auth', entity: 'Query', port: 1 });
    expect(said.split('\n').map((line) => line.split(':')[0])).toEqual(['name', 'entity', 'port']);
  });

  it.each(['Promise', 'Record', 'page', 'Entity', 'owned-record', 'query', 'repository', 'Module', 'migration'])(
    'is an entity whose name means something else in the code: %s',
    async (entity) => {
      expect(await refusal({ name: 'orders', entity })).toMatch(
        /^entity: .* is a word that the code of a service uses already$/,
      );
    },
  );
});

describe('a service', () => {
  it('takes its words from its name, or from the entity', async () => {
    await serviceGenerator(tree, { name: 'order-book', entity: 'OrderLine' });
    const files = contents();
    expect(files['services/order-book/src/order-lines/order-line.entity.ts']).toContain(
      "@Entity('order_lines')\nexport class OrderLine extends OwnedRecord",
    );
    expect(files['services/order-book/src/environment.ts']).toContain('{ port: 3101 }');
    expect(files['services/order-book/src/service.ts']).toContain('export const orderBookService');
    expect(files[VALUES]).toContain(`  order-book:
    image: { repository: keyturn/order-book }
    rings: { access-tokens: verifier }
    permissions: { user: [order-lines:read, order-lines:write] }
    database: { name: keyturn_order_book }
    migrate: { args: [dist/migrate.js] }
    routes:
      - path: /api/[^/]+/order-lines(/.*)?
        type: Regex
`);
    for (const [path, text = ''] of Object.entries(files))
      expect([path, text.match(/<%|%>|__\w+__/)]).toEqual([path, null]);
  });

  it('of another workspace has its scope, and is compiled against what is installed', async () => {
    await serviceGenerator(tree, { name: 'orders' });
    const files = contents();
    expect(JSON.parse(files['services/orders/package.json'] ?? '')).toMatchObject({
      name: '@shop/orders',
      version: '2.0.0',
      dependencies: { '@keyturn/runtime': '0.1.0', typeorm: '1.1.1' },
    });
    expect(JSON.parse(files['services/orders/tsconfig.lib.json'] ?? '')).toMatchObject({ references: [] });
    const { packages } = JSON.parse(files['package-lock.json'] ?? '') as { packages: Record<string, object> };
    expect(packages['node_modules/@shop/orders']).toEqual({ resolved: 'services/orders', link: true });
    expect(packages['services/orders']).toMatchObject({
      name: '@shop/orders',
      devDependencies: { '@keyturn/postgres': '0.1.0' },
    });
  });

  it('holds the secret itself where tokens are signed with one', async () => {
    tree.write(
      VALUES,
      (tree.read(VALUES, 'utf8') ?? '').replace(
        'type: SigningKey\n    algorithm: ES256',
        'type: SharedSecret\n    algorithm: HS256',
      ),
    );
    await serviceGenerator(tree, { name: 'orders' });
    expect(contents()[VALUES]).toContain(
      'orders:\n    image: { repository: keyturn/orders }\n    rings: { access-tokens: holder }',
    );
  });

  it('is there once, however often it is asked for with the same options, whatever became of its files', async () => {
    await serviceGenerator(tree, { name: 'orders', entity: 'OrderLine' });
    tree.write('services/orders/src/service.ts', '// edited');
    const before = contents();
    await serviceGenerator(tree, { name: 'orders', entity: 'OrderLine' });
    await serviceGenerator(tree, { name: 'orders', entity: 'order-line', port: 3101 });
    expect(contents()).toEqual(before);
    expect(await refusal({ name: 'orders' })).toMatch(/^name: orders is taken/);
    expect(await refusal({ name: 'orders', entity: 'OrderLine', port: 3102 })).toMatch(/^name: orders is taken/);
    expect(contents()).toEqual(before);
  });

  it('leaves no trace once it is removed', async () => {
    const before = contents();
    await serviceGenerator(tree, { name: 'orders' });
    await serviceRemoveGenerator(tree, { name: 'orders' });
    const { 'package-lock.json': lock, 'tsconfig.json': tsconfig, ...rest } = contents();
    const { 'package-lock.json': lockBefore = '', 'tsconfig.json': tsconfigBefore = '', ...restBefore } = before;
    expect(rest).toEqual(restBefore);
    expect([JSON.parse(lock ?? ''), JSON.parse(tsconfig ?? '')]).toEqual([
      JSON.parse(lockBefore),
      JSON.parse(tsconfigBefore),
    ]);
  });

  it.each([
    ['nothing', /^name: there is no service nothing with a folder and a block; there are tasks, orders$/],
    ['auth', /^name: there is no service auth/],
    ['tasks', /^name: tasks is what helm test calls, by test.service/],
    ['orders', /^name: tasks may call orders, by calls in charts/],
  ])('is not removed while it is needed, or was never there: %s', async (name, message) => {
    await serviceGenerator(tree, { name: 'orders' });
    tree.write(VALUES, (tree.read(VALUES, 'utf8') ?? '').replace('  tasks:\n', '  tasks:\n    calls: [orders]\n'));
    const before = contents();
    await expect(serviceRemoveGenerator(tree, { name })).rejects.toThrow(message);
    expect(contents()).toEqual(before);
  });
});

describe('the values', () => {
  const block = 'orders:\n  replicas: 1';
  const edited = (text: string): string[] => [withBlock(text, block), withoutBlock(withBlock(text, block), 'orders')];

  it.each([
    [
      '# a\nservices:\n  # of tasks\n  tasks: { replicas: 2 } # two\n\n# the rest\nx: 1 # one\n',
      '  tasks: { replicas: 2 } # two\n  orders:\n    replicas: 1\n\n# the rest',
    ],
    [
      'services:\n  tasks:\n    args:\n      - |\n        a\n        b\nx: {a:   1}\n',
      '        b\n  orders:\n    replicas: 1\nx: {a:   1}\n',
    ],
    ['services: {}\nx: 1\n', 'services:\n  orders:\n    replicas: 1\nx: 1\n'],
    ['x: 1\nservices:\n  tasks:\n    replicas:   2\n', 'replicas:   2\n  orders:\n    replicas: 1\n'],
  ])('keep every other byte, case %#', (text, expected) => {
    const [added, removed] = edited(text);
    expect(added).toContain(expected);
    expect(removed).toBe(text);
  });

  it('lose the comment of a block that goes, and stay as they are when they cannot be edited', () => {
    expect(withoutBlock('services:\n  # of tasks\n  tasks: {}\n  # of orders\n  orders: {}\n', 'orders')).toBe(
      'services:\n  # of tasks\n  tasks: {}\n',
    );
    expect(() => withBlock('services: { tasks: {} }\n', block)).toThrow(/services: .*by hand/);
    expect(() => withBlock('x: 1\n', block)).toThrow('services: must be a map');
  });
});

it('English as far as names of tables go', () => {
  for (const word of ['order', 'category', 'box', 'address', 'day', 'order-line', 'batch'])
    expect(singularOf(pluralOf(word))).toBe(word);
  for (const word of ['billing', 'status', 'analysis', 'class']) expect(singularOf(word)).toBe(word);
});
