import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonFolder, removeFile, writeJsonFile } from '../files/json-file.js';
import type { Message } from './message.js';

/** Caught mails, newest first; kept on disk, so that a link that was sent before a restart can still be opened. */
export interface MailStore {
  add(message: Message): void;
  list(recipient?: string): readonly Message[];
  get(id: string): Message | undefined;
  clear(): void;
}

const KEPT = 500;

export const openMailStore = (folder: string): MailStore => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const newestFirst = (a: Message, b: Message): number => (a.id < b.id ? 1 : -1);
  let messages = ([...readJsonFolder(folder).values()] as Message[]).sort(newestFirst);
  const forget = (gone: readonly Message[]): void => {
    for (const { id } of gone) removeFile(join(folder, `${id}.json`));
  };
  return {
    add: (message) => {
      writeJsonFile(join(folder, `${message.id}.json`), message);
      messages = [message, ...messages];
      forget(messages.slice(KEPT));
      messages = messages.slice(0, KEPT);
    },
    list: (recipient) => {
      const wanted = recipient?.toLowerCase();
      return wanted === undefined
        ? messages
        : messages.filter(({ to }) => to.some((address) => address.toLowerCase() === wanted));
    },
    get: (id) => messages.find((message) => message.id === id),
    clear: () => {
      forget(messages);
      messages = [];
    },
  };
};
