import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import { normalised, readEnvironment, withoutPace } from '@keyturn/acceptance';

const { writeGolden } = readEnvironment();

/** What a command printed is what its golden file says, ages, times, generated names and keys that drain aside. */
export const expectGolden = (name: string, printed: string): void => {
  const file = fileURLToPath(new URL(`./golden/${name}.txt`, import.meta.url));
  const text = withoutPace(normalised(printed));
  if (writeGolden) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
};
