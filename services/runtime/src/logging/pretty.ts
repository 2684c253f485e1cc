import { Writable } from 'node:stream';

const COLOURS: Readonly<Record<string, string>> = {
  warn: '\x1b[33m',
  error: '\x1b[31m',
  fatal: '\x1b[31m',
  debug: '\x1b[90m',
};
const RESET = '\x1b[0m';
const OMITTED = new Set(['time', 'level', 'msg', 'service', 'pid', 'err', 'stack']);

const show = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** One JSON line of log as people read it: time, level, message, then the fields; a stack on lines of its own. */
export const prettyLine = (line: string): string => {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(line);
  } catch {
    return line;
  }
  const level = String(record['level']);
  const time = String(record['time']).slice(11, 23);
  const fields = Object.entries(record)
    .filter(([name]) => !OMITTED.has(name))
    .map(([name, value]) => ` \x1b[90m${name}=\x1b[0m${show(value)}`);
  const error = record['err'] as { message?: string; stack?: string } | undefined;
  const stack = error ? `\n${error.stack ?? error.message}` : '';
  const colour = COLOURS[level] ?? '';
  return `${time} ${colour}${level.toUpperCase().padEnd(5)}${colour && RESET} ${record['msg'] ?? ''}${fields.join('')}${stack}\n`;
};

/** Where JSON lines go in and readable ones come out. */
export const prettyStream = (out: NodeJS.WritableStream): Writable =>
  new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      out.write(prettyLine(String(chunk)));
      done();
    },
  });
