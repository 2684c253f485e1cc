import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { routing } from '../src/i18n/routing';

type Texts = { readonly [key: string]: string | Texts };

const textsOf = (locale: string): Map<string, string> => {
  const flat = (texts: Texts, path: string): [string, string][] =>
    Object.entries(texts).flatMap(([key, text]): [string, string][] =>
      typeof text === 'string' ? [[`${path}${key}`, text]] : flat(text, `${path}${key}.`),
    );
  return new Map(flat(JSON.parse(readFileSync(new URL(`../messages/${locale}.json`, import.meta.url), 'utf8')), ''));
};

/** Names of what is put into a text: variables and tags. */
const slots = (text: string): string[] => [...new Set(text.match(/\{\w+(?=[,}])|<\w+>/g) ?? [])].sort();

describe('the texts', () => {
  const english = textsOf('en');

  it.each(routing.locales)('are complete in %s, with the same variables', (locale) => {
    const texts = textsOf(locale);
    expect([...texts.keys()].sort()).toEqual([...english.keys()].sort());
    const different = [...english].filter(([key, text]) => slots(text).join() !== slots(texts.get(key)!).join());
    expect(different).toEqual([]);
  });
});
