const SCRIPT = 'read -r open <&3 || exit 1; exec "$@" 3<&-';

/**
 * The same command line behind a gate: it waits until the launcher has written down who the process is, then becomes the program.
 * A launcher that died before it could do so leaves no process behind that nobody knows of.
 */
export const atGate = (program: readonly string[]): [string, ...string[]] => [
  '/bin/sh',
  '-c',
  SCRIPT,
  'gate',
  ...program,
];

/** What opens the gate, on file descriptor 3. */
export const OPEN = 'open\n';
