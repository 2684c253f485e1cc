import type { Configuration } from './configuration.js';
import { judge, type Row } from './report/verdict.js';
import { runSearch } from './search/run-search.js';
import { runTlc } from './tlc/run-tlc.js';
import type { Toolchain } from './tlc/toolchain.js';

export interface CheckOptions {
  readonly tools: Toolchain | undefined;
  /** Path of KeyRing.tla. */
  readonly specification: string;
  readonly report: (row: Row) => void;
}

/** Checks configurations by both searches, two jobs at a time, and reports each as soon as both have answered. */
export async function checkAll(configurations: readonly Configuration[], options: CheckOptions): Promise<Row[]> {
  const waiting = [...configurations.entries()];
  const rows: Row[] = [];
  const work = async (): Promise<void> => {
    for (let entry = waiting.shift(); entry; entry = waiting.shift()) {
      const [index, configuration] = entry;
      const row = await check(configuration, options);
      rows[index] = row;
      options.report(row);
    }
  };
  await Promise.all([work(), work()]);
  return rows;
}

async function check(configuration: Configuration, { tools, specification }: CheckOptions): Promise<Row> {
  const ts = await runSearch(configuration);
  const tlc = tools && (await runTlc(tools, configuration, { specification }));
  return judge(configuration, tlc, ts);
}

/** Checks that every run ends, with TLC alone, and that the check can fail: where nothing has to happen, nothing ends. */
export async function checkLiveness(configurations: readonly Configuration[], options: CheckOptions): Promise<Row[]> {
  const { tools, specification, report } = options;
  if (!tools) return [];
  const runs = configurations.flatMap((configuration) => [
    { configuration, fair: true },
    { configuration: { ...configuration, name: `${configuration.name}, unfair` }, fair: false },
  ]);
  return Promise.all(
    runs.map(async ({ configuration, fair }) => {
      const tlc = await runTlc(tools, configuration, { specification, property: 'L', fair });
      const ok = fair ? tlc.exhausted : tlc.violated === 'L';
      const detail = tlc.violated ? 'L is violated' : 'L holds';
      const checked: Configuration = { ...configuration, checks: [] };
      const row: Row = {
        configuration: checked,
        tlc,
        ts: undefined,
        findings: [{ name: `${configuration.name}: L`, ok, detail }],
      };
      report(row);
      return row;
    }),
  );
}
