import { removeFile, writeJsonFile } from '../files/json-file.js';
import type { DemoLogin, ProcessInfo } from './options.js';

/** What tools read about a running platform: `.keyturn/local.json`. */
export interface LocalFile {
  readonly url: string;
  readonly mailUrl: string;
  /** null when no demo login was made. */
  readonly demo: DemoLogin | null;
  readonly processes: readonly ProcessInfo[];
}

export const writeLocalFile = (path: string, content: LocalFile): void => writeJsonFile(path, content);
export const removeLocalFile = (path: string): void => removeFile(path);
