import type { Recipient } from './mail.js';

export interface Message {
  readonly subject: string;
  readonly text: string;
}

const greeting = (name: string): string =>
  `Hello${name.trim() ? ` ${name.trim().replace(/\s+/g, ' ').slice(0, 80)}` : ''},`;

export const verificationMessage = ({ name }: Recipient, url: string): Message => ({
  subject: 'Verify your e-mail address',
  text: [
    greeting(name),
    '',
    'please open this link to confirm that this address is yours:',
    '',
    url,
    '',
    'If you did not sign up, ignore this mail.',
    '',
  ].join('\n'),
});

export const resetMessage = ({ name }: Recipient, url: string): Message => ({
  subject: 'Reset your password',
  text: [
    greeting(name),
    '',
    'somebody asked for a new password of your account. To choose one, open this link:',
    '',
    url,
    '',
    'If it was not you, ignore this mail; your password stays as it is.',
    '',
  ].join('\n'),
});
