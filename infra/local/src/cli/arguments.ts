import { parseArgs } from 'node:util';

export interface Arguments {
  /** Forget everything that was kept, first. */
  readonly reset: boolean;
  /** The one port to use; undefined: 8080 or a neighbour. */
  readonly port: number | undefined;
  /** Run the front end, if it is built. */
  readonly web: boolean;
  readonly help: boolean;
}

/** A command line that cannot be understood. The message says which option, and its rule. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

export const HELP = `Usage: npm start -- [options]

  --port <n>   use this port for the one address (default: 8080, or a neighbour if it is taken)
  --reset      forget all data of earlier starts, then start
  --no-web     without the front end, which takes a while to build the first time
  --help       show this

DATABASE_URL=postgres://… uses an existing PostgreSQL server instead of the embedded one.`;

/** Reads the arguments after `npm start --`. Throws ArgumentError. */
export const parseArguments = (argv: readonly string[]): Arguments => {
  const options = {
    reset: { type: 'boolean' },
    port: { type: 'string' },
    'no-web': { type: 'boolean' },
    help: { type: 'boolean' },
  } as const;
  try {
    const { values } = parseArgs({ args: [...argv], options, strict: true, allowPositionals: false });
    const { reset = false, help = false, 'no-web': noWeb = false } = values;
    return { reset, help, web: !noWeb, port: portOf(values.port) };
  } catch (error) {
    if (error instanceof ArgumentError) throw error;
    throw new ArgumentError((error as Error).message.split('. ')[0]);
  }
};

const portOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) {
    throw new ArgumentError('--port: must be a whole number from 1 to 65535');
  }
  return port;
};
