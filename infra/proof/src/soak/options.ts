import { parseArgs } from 'node:util';

export interface SoakOptions {
  readonly rotations: number;
  readonly requests: number;
  /** File of the report, below the working directory. */
  readonly report: string;
  /** Ends a campaign that does not reach its numbers, minutes. */
  readonly minutes: number;
}

export const USAGE = `npm run soak -- [--rotations N] [--requests N] [--report FILE] [--minutes N]

  --rotations  rotations of all rings together (default 1000)
  --requests   requests of all users together (default 1000000)
  --report     where the report is written (default docs/reports/soak.md)
  --minutes    longest time (default 60)
`;

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new TypeError(`--${name}: must be a whole number above 0`);
}

/** Throws a TypeError that names the option and the rule. */
export function parseOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rotations: { type: 'string', default: '1000' },
      requests: { type: 'string', default: '1000000' },
      report: { type: 'string', default: 'docs/reports/soak.md' },
      minutes: { type: 'string', default: '60' },
    },
  });
  return {
    rotations: whole('rotations', values.rotations),
    requests: whole('requests', values.requests),
    minutes: whole('minutes', values.minutes),
    report: values.report,
  };
}
