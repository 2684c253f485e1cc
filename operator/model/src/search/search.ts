import { FingerprintSet } from './fingerprints.js';
import { Frontier, NumberList } from './frontier.js';

/** What the search needs of a world. A state is a canonical sequence of bytes of one fixed size. */
export interface SearchableWorld {
  readonly stateSize: number;
  initial(): Iterable<Uint8Array>;
  /** Calls `emit` for every successor; the bytes are valid during the call only. */
  successors(state: Uint8Array, emit: (next: Uint8Array, action: string) => void): void;
  /** Name of the first invariant that does not hold. */
  violated(state: Uint8Array): string | undefined;
}

export interface SearchLimits {
  /** Milliseconds for the whole search; undefined = none. */
  readonly budgetMs?: number;
  readonly maxStates?: number;
}

export interface Step {
  readonly action: string;
  readonly state: Uint8Array;
}

export interface SearchResult {
  readonly violated: string | undefined;
  readonly exhausted: boolean;
  readonly distinct: number;
  /** Transitions tried. */
  readonly generated: number;
  /** Levels, the initial states being level 1, as TLC counts them. */
  readonly depth: number;
  readonly trace: readonly Step[];
  readonly ms: number;
}

const NOBODY = 0xffffffff;

/** Breadth first, so a counterexample is a shortest one. Every distinct state is visited once. */
export function search(world: SearchableWorld, limits: SearchLimits = {}, clock = performance): SearchResult {
  const started = clock.now();
  const seen = new FingerprintSet();
  const parents = new NumberList();
  const choices = new NumberList();
  let level = new Frontier(world.stateSize);
  let next = new Frontier(world.stateSize);
  let violated: string | undefined;
  let generated = 0;
  let depth = 0;
  const visit = (state: Uint8Array, parent: number, choice: number): void => {
    generated += 1;
    if (violated !== undefined || !seen.add(state)) return;
    parents.push(parent);
    choices.push(choice);
    next.push(state);
    violated = world.violated(state);
  };
  let choice = 0;
  for (const state of world.initial()) visit(state, NOBODY, choice++);
  let first = 0;
  let inTime = true;
  const mayGoOn = (): boolean =>
    (limits.budgetMs === undefined || clock.now() - started < limits.budgetMs) &&
    seen.size < (limits.maxStates ?? Number.POSITIVE_INFINITY);
  while (next.count > 0 && violated === undefined && inTime) {
    depth += 1;
    [level, next] = [next, level];
    next.clear();
    for (let index = 0; index < level.count && violated === undefined && inTime; index++) {
      let choice = 0;
      world.successors(level.at(index), (state) => visit(state, first + index, choice++));
      if (index % 1024 === 0) inTime = mayGoOn();
    }
    first += level.count;
  }
  const trace = violated === undefined ? [] : replay(world, pathTo(parents, choices, seen.size - 1));
  const exhausted = violated === undefined && inTime;
  return { violated, exhausted, distinct: seen.size, generated, depth, trace, ms: clock.now() - started };
}

function pathTo(parents: NumberList, choices: NumberList, last: number): number[] {
  const path: number[] = [];
  for (let index = last; index !== NOBODY; index = parents.at(index)) path.push(choices.at(index));
  return path.reverse();
}

/** Walks a path again: the n-th initial state, then of each state the n-th successor. */
function replay(world: SearchableWorld, [start, ...path]: readonly number[]): Step[] {
  let state = [...world.initial()].at(start as number) as Uint8Array;
  const steps: Step[] = [{ action: 'initially', state }];
  for (const wanted of path) {
    let choice = 0;
    let found: Step | undefined;
    world.successors(state, (next, action) => {
      if (choice++ === wanted) found = { action, state: next.slice() };
    });
    if (!found) throw new Error('The search cannot be replayed: the world is not deterministic.');
    steps.push(found);
    state = found.state;
  }
  return steps;
}
