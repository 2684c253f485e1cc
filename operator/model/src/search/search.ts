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
  const found = new Visits(world);
  let level = new Frontier(world.stateSize);
  let generated = 0;
  let depth = 0;
  let choice = 0;
  for (const state of world.initial()) found.visit(state, NOBODY, choice++);
  let first = 0;
  let inTime = true;
  const mayGoOn = (): boolean =>
    (limits.budgetMs === undefined || clock.now() - started < limits.budgetMs) &&
    found.seen.size < (limits.maxStates ?? Number.POSITIVE_INFINITY);
  while (found.next.count > 0 && found.violated === undefined && inTime) {
    depth += 1;
    [level, found.next] = [found.next, level];
    found.next.clear();
    for (let index = 0; index < level.count && found.violated === undefined && inTime; index++) {
      let choice = 0;
      world.successors(level.at(index), (state) => found.visit(state, first + index, choice++));
      generated += choice;
      if (index % 1024 === 0) inTime = mayGoOn();
    }
    first += level.count;
  }
  const { violated, seen } = found;
  const trace = violated === undefined ? [] : replay(world, found.pathToLast());
  const exhausted = violated === undefined && inTime;
  return { violated, exhausted, distinct: seen.size, generated, depth, trace, ms: clock.now() - started };
}

/** What was met: each state once, with whom it was found from; nothing more once an invariant is violated. */
class Visits {
  readonly seen = new FingerprintSet();
  next: Frontier;
  violated: string | undefined;
  readonly #parents = new NumberList();
  readonly #choices = new NumberList();

  constructor(private readonly world: SearchableWorld) {
    this.next = new Frontier(world.stateSize);
  }

  visit(state: Uint8Array, parent: number, choice: number): void {
    if (this.violated !== undefined || !this.seen.add(state)) return;
    this.#parents.push(parent);
    this.#choices.push(choice);
    this.next.push(state);
    this.violated = this.world.violated(state);
  }

  pathToLast(): number[] {
    const path: number[] = [];
    for (let index = this.seen.size - 1; index !== NOBODY; index = this.#parents.at(index)) {
      path.push(this.#choices.at(index));
    }
    return path.toReversed();
  }
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
