import { FILE, GEN, GHOST_LOADED, LOADED, OP_SIZE, POD_SIZE, PROJECTED, VIEW } from './layout.js';
import type { Moves } from './moves.js';

/** Rules without which a process may load a generation however old. */
const UNBOUND = ['confirm-issuer', 'confirm-verifier', 'own-file', 'upward-memory'] as const;

/**
 * One state of each class that TLC's VIEW and SYMMETRY take for one: generations that nobody can refer to any more are
 * blanked, pods of one kind and operators are sorted. Changes and returns `state`.
 */
export function canonical(moves: Moves, state: Uint8Array): Uint8Array {
  const { layout } = moves;
  if (UNBOUND.every((rule) => moves.keeps(rule))) {
    state.fill(0, layout.history, layout.history + 2 * (oldest(moves, state) - 1));
  }
  if (moves.configuration.symmetry) {
    sortBlocks(state, layout.pod, POD_SIZE, layout.issuers);
    sortBlocks(state, moves.podAt(layout.issuers), POD_SIZE, layout.pods - layout.issuers);
    sortBlocks(state, layout.op, OP_SIZE, layout.operators);
  }
  return state;
}

function oldest({ layout, podAt, opAt }: Moves, state: Uint8Array): number {
  let least = Math.min(state[GEN] as number, state[PROJECTED] as number);
  const consider = (generation: number | undefined): void => {
    if (generation !== undefined && generation > 0 && generation < least) least = generation;
  };
  consider(state[GHOST_LOADED]);
  for (let pod = 0; pod < layout.pods; pod++) {
    consider(state[podAt(pod) + LOADED]);
    consider(state[podAt(pod) + FILE]);
  }
  for (let operator = 0; operator < layout.operators; operator++) consider(state[opAt(operator) + VIEW]);
  return least;
}

/** Insertion sort of `count` blocks of `size` bytes, by their bytes. */
function sortBlocks(state: Uint8Array, start: number, size: number, count: number): void {
  for (let index = 1; index < count; index++) {
    for (let block = index; block > 0; block--) {
      const at = start + block * size;
      if (!isLess(state, at, at - size, size)) break;
      const moved = state.slice(at, at + size);
      state.copyWithin(at, at - size, at);
      state.set(moved, at - size);
    }
  }
}

function isLess(state: Uint8Array, a: number, b: number, size: number): boolean {
  for (let index = 0; index < size; index++) {
    const difference = (state[a + index] as number) - (state[b + index] as number);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
