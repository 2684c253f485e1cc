import { removeFile, writeJsonFile } from '../files/json-file.js';
import type { DemoLogin, ProcessInfo } from './options.js';
import type { Places } from './places.js';

/** What tools read about a running platform: `.keyturn/local.json`. */
export interface LocalFile {
  readonly url: string;
  readonly mailUrl: string;
  /** null when no demo login was made. */
  readonly demo: DemoLogin | null;
  readonly processes: readonly ProcessInfo[];
}

/** Writes the file now, and whenever the function that it returns is called. */
export const keepLocalFile = ({ localFile }: Places, content: () => LocalFile): (() => void) => {
  writeJsonFile(localFile, content());
  return () => {
    try {
      writeJsonFile(localFile, content());
    } catch {
      // A full disk must not end the platform; the next change is written again.
    }
  };
};

export const removeLocalFile = (path: string): void => removeFile(path);
