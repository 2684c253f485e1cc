import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Platform, startPlatform } from '@keyturn/local';
import { blocksFor, ROOT } from './support/markdown.js';
import { runLines } from './support/shell.js';

const blocks = blocksFor('sh local');
let platform: Platform;
/**
 * Stands for npm: `npm run keyturn` means the platform of this test. Like npm it says first, on standard output, what it runs,
 * unless it is told to be silent.
 */
const npmScript = (keyturn: string): string => `#!/bin/sh
[ "$1" = run ] && shift || exit 64
case "$1" in
  -s|--silent) shift ;;
  *) printf '\n> keyturn\n> node operator/bin/keyturn.mjs\n\n' ;;
esac
[ "$1 $2" = "keyturn --" ] && shift 2 || exit 64
exec ${keyturn} "$@"
`;

/** An empty folder with that npm. */
const folder = mkdtempSync(join(tmpdir(), 'local-commands-'));

beforeAll(async () => {
  platform = await startPlatform({ demo: true, services: ['tasks'] });
  const keyturn = `"${process.execPath}" "${join(ROOT, 'operator/bin/keyturn.mjs')}" --state "${platform.places.state}"`;
  writeFileSync(join(folder, 'npm'), npmScript(keyturn), { mode: 0o755 });
  symlinkSync(process.execPath, join(folder, 'node'));
}, 180_000);

afterAll(async () => {
  await platform?.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** The page's address is the one that `npm start` prefers; the test has another. */
const here = (lines: string): string => lines.replaceAll('http://localhost:8080', platform.url);

const run = (lines: string, variables: Readonly<Record<string, string>> = {}): Promise<string> => {
  const { email = '', password = '' } = platform.demo ?? {};
  const env = { PATH: `${folder}:${dirname(process.execPath)}:/usr/bin:/bin`, NO_COLOR: '1' };
  const demo = { DEMO_EMAIL: email, DEMO_PASSWORD: password };
  return runLines(here(lines), { cwd: folder, env: { ...env, ...demo, ...variables } });
};

/** What whoever has followed the README has: cookies in `jar`, and from them a token, which lives for a minute here. */
const signedIn = async (): Promise<Readonly<Record<string, string>>> => {
  const signIn = blocks.find(({ text }) => text.includes('-c jar'))?.text ?? '';
  if (!existsSync(join(folder, 'jar'))) await run(signIn);
  const said = await run('curl -fsS -b jar http://localhost:8080/api/auth/token');
  const { token } = JSON.parse(said) as { readonly token: string };
  const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  return { TOKEN: token, USER_ID: (JSON.parse(claims) as { readonly sub: string }).sub };
};

describe('commands of the pages, on a platform of npm start', () => {
  it.each(blocks.map((block) => [block.place, block.text] as const))('%s', async (_place, lines) => {
    const goesOn = /\$TOKEN|-b jar/.test(lines) && !lines.includes('-c jar');
    const out = await run(lines, goesOn ? await signedIn() : {});
    if (process.env['SHOW']) process.stderr.write(`${lines}\n---\n${out}\n`);
  });

  it('are there', () => expect(blocks.length).toBeGreaterThan(1));
});
