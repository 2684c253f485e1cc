import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { commandsOf } from './support/commands.js';
import { blocksOf, manuals, read, ROOT } from './support/markdown.js';
import { RUN_ELSEWHERE } from './support/run-elsewhere.js';

/** Each command of a block that is not run from its page, with its place. */
const unmarked = manuals()
  .flatMap(blocksOf)
  .flatMap((block) => commandsOf(block).map((command) => ({ place: block.place, command })));

describe('a command of a page', () => {
  it('is run from there, or is listed with the test that runs the same', () => {
    expect(unmarked.length).toBeGreaterThan(30);
    const unknown = unmarked.filter(({ command }) => RUN_ELSEWHERE[command] === undefined);
    expect(unknown.map(({ place, command }) => `${place}: ${command}`)).toEqual([]);
  });

  it('is found with a prompt, variables, a comment, or over two lines; output and other languages are none', () => {
    const lines = '$ helm test x\nA=b npm start  # now\nT=$(curl -s \\\n     there)\nkeyturn\nok  node\ncurly x\n';
    expect(commandsOf({ words: '', text: lines })).toEqual([
      'helm test x',
      'A=b npm start',
      'T=$(curl -s there)',
      'keyturn',
    ]);
    expect(commandsOf({ words: 'bash', text: 'kubectl get pods\n' })).toEqual(['kubectl get pods']);
    expect(['sh local', 'ts', 'yaml'].flatMap((words) => commandsOf({ words, text: 'node = create()\n' }))).toEqual([]);
  });
});

describe('the list of commands that are run elsewhere', () => {
  const said = new Set(unmarked.map(({ command }) => command));
  const listed = Object.entries(RUN_ELSEWHERE);

  it('has no command that no page has', () =>
    expect(listed.flatMap(([command]) => (said.has(command) ? [] : [command]))).toEqual([]));

  it('names files that are there, and words that are in them', () => {
    const isThere = (by: string, as: string): boolean => existsSync(join(ROOT, by)) && read(by).includes(as);
    const wrong = listed.filter(([, how]) => 'by' in how && !isThere(how.by, how.as));
    expect(wrong).toEqual([]);
  });
});
