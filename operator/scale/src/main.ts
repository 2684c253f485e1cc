import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { imageVariables } from './environment.js';
import { measure, type Settings } from './measure.js';
import { report } from './report.js';

const HELP = `Measures the operator with many pods, against a real API server.

  --workloads N    (1000)
  --pods N         of all workloads together (10000)
  --namespaces N   over which the workloads are spread (10)
  --rotations N    (3)
  --idle N         seconds for which nothing is asked at the end (120)
  --report FILE    (docs/reports/scale.md)
`;

const log = (line: string): void => void process.stdout.write(`${line}\n`);

function whole(name: string, text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new TypeError(`--${name}: must be a whole number above 0`);
  return Number(text);
}

const { values } = parseArgs({
  options: {
    workloads: { type: 'string', default: '1000' },
    pods: { type: 'string', default: '10000' },
    namespaces: { type: 'string', default: '10' },
    rotations: { type: 'string', default: '3' },
    idle: { type: 'string', default: '120' },
    report: { type: 'string', default: 'docs/reports/scale.md' },
    help: { type: 'boolean', default: false },
  },
});

const machine = (): string => {
  const [processor] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores (${processor?.model ?? 'unknown'}), ${memory} GB, Node ${process.version}`;
};

async function main(): Promise<void> {
  const settings: Settings = {
    workloads: whole('workloads', values.workloads),
    pods: whole('pods', values.pods),
    namespaces: whole('namespaces', values.namespaces),
    rotations: whole('rotations', values.rotations),
    idleSeconds: whole('idle', values.idle),
  };
  const { workloads, pods, namespaces } = settings;
  const measured = await measure(settings, log);
  const about = {
    command: `npm run scale -- --workloads ${workloads} --pods ${pods} --namespaces ${namespaces}`,
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    variables: Object.entries(imageVariables()).map(([name, value]) => `${name}=${value}`),
  };
  await writeFile(values.report, report(about, settings, measured));
  log(`written: ${values.report}`);
}

if (values.help) log(HELP);
else await main();
