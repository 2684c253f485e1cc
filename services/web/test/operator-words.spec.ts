import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { routing } from '../src/i18n/routing';

const OPERATOR = fileURLToPath(new URL('../../../operator/src/', import.meta.url));

/** The words of a list in a file of the operator. */
const wordsOf = (file: string, list: RegExp): string[] => {
  const [, members = ''] = list.exec(readFileSync(`${OPERATOR}${file}`, 'utf8')) ?? [];
  return [...members.matchAll(/'([A-Z]\w+)'/g)].map(([, word]) => word!).sort();
};

type Texts = { readonly keys: Readonly<Record<string, Readonly<Record<string, string>>>> };

const textsOf = (locale: string): Texts['keys'] =>
  (JSON.parse(readFileSync(new URL(`../messages/${locale}.json`, import.meta.url), 'utf8')) as Texts).keys;

describe('what the operator says in words of closed sets', () => {
  it.each(routing.locales)('is said in %s: phases, steps, what is waited for, and why a process holds it', (locale) => {
    const texts = textsOf(locale);
    const said = (words: string): string[] => Object.keys(texts[words]!).sort();
    expect(said('phases')).toEqual(wordsOf('records/run.ts', /RUN_PHASES = \[([^\]]+)/));
    expect(said('waits')).toEqual(wordsOf('planner/plan.ts', /WAIT_REASONS = \[([^\]]+)/));
    expect(said('laggards')).toEqual(wordsOf('planner/plan.ts', /LAGGARD_REASONS = \[([^\]]+)/));
    expect(said('events')).toEqual(
      ['Requested', 'Recovering', ...wordsOf('engine/wording.ts', /STEP_EVENT[^{]+\{([^}]+)/)].sort(),
    );
  });
});
