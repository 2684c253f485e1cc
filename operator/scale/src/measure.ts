import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { collection, PODS } from '@keyturn/operator/kubernetes';
import { operatorAccount } from './account.js';
import type { FleetPod } from './fleet.js';
import { simulatedPods } from './pod.js';
import { freePort, Programs } from './programs.js';
import { type Idle, type Measured, type Operated, provenStandby, rotate } from './rotation.js';
import { makeNamespaces, makeRing, openStage, retried, type ScaleStage, writePods } from './stage.js';
import { load, type Memory, memoryOf, processorSeconds, watchMemory } from './usage.js';

export interface Settings {
  readonly workloads: number;
  readonly pods: number;
  readonly namespaces: number;
  readonly rotations: number;
  readonly idleSeconds: number;
}

export interface Measurements {
  /** Bytes of one pod as the API server gives it. */
  readonly podBytes: number;
  /** Load of the machine over a minute, before the first rotation. */
  readonly load: number;
  /** Memory of the operator before the first pod was written. */
  readonly memoryAtStart: Memory;
  /** From the operator's start until the first standby is proven by everybody, seconds. */
  readonly first: number;
  /** Rotations in which issuers serve the ring, and one in which each pod fetches it from the operator. */
  readonly shared: readonly Measured[];
  readonly each: Measured;
  readonly idle: Idle;
  /** Highest memory of all. */
  readonly highest: Memory;
}

const RING = 'tokens';
/** After which an operator without pods has loaded what it will. */
const SETTLED_MS = 5_000;
/** After which a machine that wrote thousands of pods has come to rest. */
const REST_MS = 60_000;

interface Work {
  readonly settings: Settings;
  readonly stage: ScaleStage;
  readonly programs: Programs;
  readonly namespaces: readonly string[];
  /** Of the operator's process. */
  readonly args: readonly string[];
  /** Of its management port. */
  readonly url: string;
  readonly log: (line: string) => void;
}

/** Runs the whole measurement. `log` receives progress. */
export async function measure(settings: Settings, log: (line: string) => void): Promise<Measurements> {
  const stage = await openStage();
  const programs = new Programs();
  const namespaces = Array.from({ length: settings.namespaces }, (_, index) => `scale-${index}`);
  let account: string | undefined;
  try {
    await makeNamespaces(stage.api, namespaces);
    account = await operatorAccount(stage, { rings: [RING], namespaces });
    const port = await freePort();
    const args = [new URL(stage.plane.url).port, account, String(port)];
    return await work({ settings, stage, programs, namespaces, args, url: `http://127.0.0.1:${port}`, log });
  } finally {
    await programs.endAll();
    stage.connection.close();
    await stage.plane.stop();
    if (account !== undefined) await rm(account, { recursive: true });
  }
}

async function work(about: Work): Promise<Measurements> {
  const { settings, stage, programs, namespaces, args, url, log } = about;
  const memoryAtStart = await withoutPods(about);
  log(`writing ${settings.pods} pods`);
  const pods = await writePods(stage.api, RING, simulatedPods({ ...settings, namespaces }));
  const fleet = await programs.fleet(pods, { ring: RING, documents: url, each: false });
  await retried(() => makeRing(stage.api, RING, namespaces));
  await sleep(REST_MS);
  const begun = performance.now();
  const { pid } = programs.operator(args);
  const memory = watchMemory(pid);
  const operated = { api: stage.api, namespace: namespaces[0] ?? '', ring: RING, pid, metricsUrl: `${url}/metrics` };
  await provenStandby(operated, settings.pods);
  const first = (performance.now() - begun) / 1000;
  log(`the first standby is proven after ${first.toFixed(1)} s`);
  const before = load();
  const shared: Measured[] = [];
  for (let turn = 1; turn <= settings.rotations; turn++) {
    shared.push(await told(about, `rotation-${turn}`, operated));
  }
  await programs.end(fleet);
  const each = await eachPodFetches(about, pods, operated);
  const idle = await idleFor(settings.idleSeconds, pid);
  const podBytes = await bytesOfPod(stage, namespaces[0] ?? '');
  return { podBytes, load: before, memoryAtStart, first, shared, each, idle, highest: memory.stop() };
}

async function withoutPods({ programs, args }: Work): Promise<Memory> {
  const operator = programs.operator(args);
  await sleep(SETTLED_MS);
  const memory = memoryOf(operator.pid);
  await programs.end(operator);
  return memory;
}

async function eachPodFetches(about: Work, pods: readonly FleetPod[], operated: Operated): Promise<Measured> {
  await about.programs.fleet(pods, { ring: RING, documents: about.url, each: true });
  return told(about, 'rotation-each', operated);
}

async function told({ settings, log }: Work, name: string, operated: Operated): Promise<Measured> {
  const measured = await rotate(operated, name, settings.pods);
  log(`${name}: ${JSON.stringify({ ...measured, calls: Object.fromEntries(measured.calls) })}`);
  return measured;
}

async function idleFor(seconds: number, pid: number): Promise<Idle> {
  const [used, begun] = [processorSeconds(pid), performance.now()];
  await sleep(seconds * 1000);
  return {
    seconds: (performance.now() - begun) / 1000,
    processor: processorSeconds(pid) - used,
    memory: memoryOf(pid),
  };
}

async function bytesOfPod({ api }: ScaleStage, namespace: string): Promise<number> {
  for await (const { items } of api.list(collection(PODS, namespace))) return JSON.stringify(items[0]).length;
  return 0;
}
