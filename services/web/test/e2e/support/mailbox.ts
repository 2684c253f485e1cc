import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform } from '@keyturn/local';

/** The link of the newest mail to an address whose subject matches; waits for it. Throws an Error with the subjects there are. */
export const linkInMail = async ({ mailUrl }: Platform, to: string, subject: RegExp): Promise<string> => {
  let subjects: readonly string[] = [];
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answer = await fetch(`${mailUrl}/api/messages?to=${encodeURIComponent(to)}`);
    const mails = (await answer.json()) as readonly { subject: string; text?: string }[];
    const link = mails.find((mail) => subject.test(mail.subject))?.text?.match(/https?:\/\/\S+/)?.[0];
    if (link) return link;
    subjects = mails.map(({ subject: other }) => other);
    await sleep(200);
  }
  throw new Error(`no mail to ${to} about ${subject.source}, but: ${subjects.join(', ')}`);
};
