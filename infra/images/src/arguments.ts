import { parseArgs } from 'node:util';
import { APPS, type App } from './apps.js';

export interface Wanted {
  readonly apps: readonly App[];
  /** They were asked for by name: none may be left out. */
  readonly named: boolean;
  /** Of the image names, without a slash at the end. */
  readonly registry: string;
  readonly tag: string;
  /** Image whose entrypoint is Node; the Dockerfile's own when absent. */
  readonly base?: string;
  /** The same for Python. */
  readonly pythonBase?: string;
  readonly push: boolean;
  readonly load: boolean;
  /** Put the folders together here, one for each app, and build nothing. */
  readonly stage?: string;
}

export const HELP = `npm run images -- [options] [${APPS.map(({ name }) => name).join('|')}…]

  --registry R   names images R/keyturn/<app>; default localhost
  --tag T        default: the version of the repository
  --base IMAGE   image whose entrypoint is Node 24, such as gcr.io/distroless/nodejs24-debian13; default localhost/node:24
  --python-base IMAGE
                 image whose entrypoint is Python 3.11; default localhost/python:3.11. With --base or --push and without
                 this, services in Python are left out
  --push         pushes them
  --load         gives them to the node of \`npm run cluster\`
  --stage DIR    puts the folders together that become /app, and builds no image`;

/** Throws an Error with a sentence for arguments that say nothing sensible. */
export const readArguments = (argv: readonly string[], version: string): Wanted => {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      registry: { type: 'string', default: 'localhost' },
      tag: { type: 'string', default: version },
      base: { type: 'string' },
      'python-base': { type: 'string' },
      push: { type: 'boolean', default: false },
      load: { type: 'boolean', default: false },
      stage: { type: 'string' },
    },
  });
  const unknown = positionals.find((name) => !APPS.some((app) => app.name === name));
  if (unknown !== undefined)
    throw new Error(`there is no image ${unknown}: ${APPS.map(({ name }) => name).join(', ')}`);
  const { registry, tag, base, 'python-base': pythonBase, push, load, stage } = values;
  if (stage !== undefined && (push || load)) throw new Error('--stage builds no image that could be pushed or loaded');
  if (push && registry === 'localhost') throw new Error('--push needs --registry');
  return {
    apps: APPS.filter(({ name }) => positionals.length === 0 || positionals.includes(name)),
    named: positionals.length > 0,
    registry: registry.replace(/\/+$/, ''),
    tag,
    push,
    load,
    ...(base !== undefined && { base }),
    ...(pythonBase !== undefined && { pythonBase }),
    ...(stage !== undefined && { stage }),
  };
};

export const imageOf = ({ registry, tag }: Pick<Wanted, 'registry' | 'tag'>, { name }: Pick<App, 'name'>): string =>
  `${registry}/keyturn/${name}:${tag}`;
