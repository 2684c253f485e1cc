import type { Configuration } from '../configuration.js';
import type { SearchReport } from '../search/search-worker.js';
import type { TlcResult } from '../tlc/run-tlc.js';

/** What both searches said about one configuration. */
export interface Row {
  readonly configuration: Configuration;
  readonly tlc: TlcResult | undefined;
  readonly ts: SearchReport | undefined;
  readonly findings: readonly Finding[];
}

export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Judges one configuration: each side against what is expected of it, and both against each other. */
export function judge(configuration: Configuration, tlc: TlcResult | undefined, ts: SearchReport | undefined): Row {
  const findings = [
    tlc && expected(configuration, 'TLC', tlc),
    ts && expected(configuration, 'the search', ts),
    tlc && ts && agreement(configuration, tlc, ts),
  ].filter((finding) => finding !== undefined);
  return { configuration, tlc, ts, findings };
}

function expected({ name, expect }: Configuration, who: string, found: TlcResult | SearchReport): Finding {
  const wanted = expect === 'holds' ? undefined : expect;
  const ok = found.violated === wanted && (found.exhausted || wanted !== undefined);
  const said = found.violated ? `${found.violated} is violated` : found.exhausted ? 'nothing is found' : 'not finished';
  return { name: `${name}: ${who}`, ok, detail: ok ? said : `${said}, expected: ${wanted ?? 'nothing is found'}` };
}

/** Sound: the same number of distinct states and levels. Otherwise: a shortest counterexample of the same length. */
function agreement({ name, expect }: Configuration, tlc: TlcResult, ts: SearchReport): Finding | undefined {
  if (expect !== 'holds') {
    const ok = tlc.steps === ts.trace.length;
    return { name: `${name}: same length`, ok, detail: `${tlc.steps} and ${ts.trace.length} states` };
  }
  if (!tlc.exhausted || !ts.exhausted) return undefined;
  const ok = tlc.distinct === ts.distinct && (tlc.depth === ts.depth || !tlc.isDepthExact);
  const detail = `${tlc.distinct} and ${ts.distinct} distinct states, depth ${tlc.depth} and ${ts.depth}`;
  return { name: `${name}: same states`, ok, detail };
}
