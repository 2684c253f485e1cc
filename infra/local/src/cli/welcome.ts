import { relative } from 'node:path';
import type { Platform } from '../platform/platform.js';
import type { Colors } from './terminal.js';

/** What a newcomer needs once the platform runs: where to look, how to sign in, what to try. */
export const welcome = (platform: Platform, seconds: number, c: Colors): string => {
  const { url, mailUrl, demo, places } = platform;
  const run = (command: string, what: string): string =>
    `    ${`npm run keyturn -- ${command}`.padEnd(46)}${c.dim(what)}`;
  const at = (address: string, what: string): string => `    ${c.cyan(address.padEnd(34))}${c.dim(what)}`;
  const lines = [
    '',
    `  ${c.bold('Ready')} after ${seconds.toFixed(1)} s. Everything is behind one address:`,
    '',
    ...(platform.hasWeb ? [at(url, 'the front end: sign up, or sign in with the demo login')] : []),
    at(platform.pageUrl, 'keys, processes, and a rotation as it happens (every two minutes, for show)'),
    at(mailUrl, 'the mails that the platform sends'),
    ...(demo ? [`    ${demo.email} / ${demo.password}  ${c.dim('the demo login')}`] : []),
    '',
    '  In a second terminal:',
    '',
    run('status --watch', 'rings, keys, who has acknowledged what'),
    run('rotate access-tokens', 'rotate the signing key now'),
    run('rotate session-secret', 'rotate the session secret: nobody is signed out'),
    '',
    `  Logs: ${relative(process.cwd(), places.logs)}/   Ctrl-C stops everything; the next start finds its data again.`,
    '',
  ];
  return `${lines.join('\n')}\n`;
};
