import type { KeyStatus, RingStatus } from '../../records/index.js';
import { nobodyLooks } from '../operator-seen.js';
import type { Paint } from '../output.js';
import { relative, shortKid, table } from './text.js';

const condition = (ring: RingStatus, type: string) => ring.conditions.find((entry) => entry.type === type);

function headline(ring: RingStatus, now: number, paint: Paint): string {
  const stalled = condition(ring, 'Stalled');
  const progressing = condition(ring, 'Progressing');
  const unknown = nobodyLooks(ring, now);
  if (unknown !== undefined) return paint.yellow(`unknown: ${unknown}`);
  if (stalled?.status === 'True') return paint.red(`stalled: ${stalled.reason}`);
  if (progressing?.status === 'True') return paint.cyan(`in progress: ${progressing.reason}`);
  return condition(ring, 'Ready')?.status === 'True' ? paint.green('ready') : paint.yellow('not ready');
}

function keyNote(key: KeyStatus, now: number): string {
  if (key.state === 'pending')
    return key.provenAt ? `standby, proven ${relative(key.provenAt, now)}` : 'not proven yet';
  if (key.state === 'active') return `signs since ${relative(key.activatedAt ?? key.createdAt, now)}`;
  if (key.state === 'draining') return `accepted until ${relative(key.drainUntil, now)}`;
  return '';
}

const STATE_PAINT: Readonly<Record<string, (paint: Paint) => (text: string) => string>> = {
  active: (paint) => paint.green,
  pending: (paint) => paint.cyan,
  draining: (paint) => paint.yellow,
  compromised: (paint) => paint.red,
};

function keyRows(ring: RingStatus, now: number, paint: Paint): string[][] {
  const shown = ring.keys.filter(({ state }) => state !== 'retired' && state !== 'revoked');
  return shown.map((key) => {
    const color = STATE_PAINT[key.state]?.(paint) ?? paint.dim;
    return ['  ', shortKid(key.kid), color(key.state), keyNote(key, now)];
  });
}

function processRows(ring: RingStatus, paint: Paint): string[][] {
  return ring.consumers.processes.map((process) => {
    const current = process.generation >= ring.generation;
    const mark = current && !process.why ? paint.green('✓') : paint.yellow('…');
    const why = process.why ? paint.yellow([process.why, process.detail].filter(Boolean).join(': ')) : '';
    return ['  ', `${mark} ${process.name}`, process.role, `generation ${process.generation}`, why];
  });
}

/** One ring: its state, keys, and which process has acknowledged what. Lines; `now` is epoch ms. */
export function renderRing(ring: RingStatus, now: number, paint: Paint): string[] {
  const { current, total } = ring.consumers;
  const stalled = condition(ring, 'Stalled');
  const held = stalled?.status === 'True' ? [`  ${paint.red(stalled.message)}`] : [];
  return [
    `${paint.bold(ring.ring)}  ${headline(ring, now, paint)}`,
    `  ${ring.algorithm}, generation ${ring.generation}, ${current}/${total} processes current, next rotation ${relative(ring.nextRotation, now)}`,
    ...held,
    ...table(keyRows(ring, now, paint)),
    ...table(processRows(ring, paint)),
  ];
}

export const renderRings = (rings: readonly RingStatus[], now: number, paint: Paint): string[] =>
  rings.flatMap((ring, index) => [...(index > 0 ? [''] : []), ...renderRing(ring, now, paint)]);
