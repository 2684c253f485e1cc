import {
  ABSENT,
  AGE,
  CHURN,
  DOWN,
  DOWN_PHASE,
  FILE,
  GEN,
  GHOST_AGE,
  GHOST_LOADED,
  LOADED,
  NEVER,
  PHASE,
  POD_SIZE,
  PROJECTED,
  READY,
  REPORT,
  RUNNING,
  STOPPED,
  UP,
} from './layout.js';
import type { Emit, Moves } from './moves.js';

const upTo = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);

/** What a status report says once it has caught up. */
export const seen = (state: Uint8Array, at: number): number =>
  (state[at + LOADED] as number) > 0 ? RUNNING : (state[at + FILE] as number) > 0 ? STOPPED : NEVER;

/** The actions of one process: Create, Start, BecomeReady, Refresh, Contact, Crash, Delete, Report, Sign. */
export class Processes {
  constructor(private readonly moves: Moves) {}

  act(state: Uint8Array, pod: number, emit: Emit): void {
    const at = this.moves.podAt(pod);
    const phase = state[at + PHASE] as number;
    const isIssuer = this.moves.isIssuer(pod);
    const name = isIssuer ? `i${pod + 1}` : `v${pod + 1 - this.moves.layout.issuers}`;
    const change = (action: string, edit: (next: Uint8Array) => void): void => {
      const next = state.slice();
      edit(next);
      emit(next, `${action} ${name}`);
    };
    if (phase === ABSENT) {
      if (this.moves.happens('new')) change('create', (next) => (next[at + PHASE] = DOWN_PHASE));
      return;
    }
    if (phase === DOWN_PHASE) this.#start(state, pod, change);
    if (phase === UP) change('ready', (next) => (next[at + PHASE] = READY));
    if (phase >= UP) this.#run(state, at, change);
    if (phase >= UP && isIssuer && this.maySign(state[at + AGE] as number)) {
      this.sign(state, state[at + LOADED] as number, (next) => emit(next, `sign ${name}`));
    }
    if ((state[CHURN] as number) > 0) this.#churn(state, at, isIssuer, change);
    if (this.moves.configuration.watch && state[at + REPORT] !== seen(state, at)) {
      change('report', (next) => {
        next[at + REPORT] = seen(state, at);
        next[at + DOWN] = 0;
      });
    }
  }

  #start(state: Uint8Array, pod: number, change: Change): void {
    const { moves } = this;
    const at = moves.podAt(pod);
    const isIssuer = moves.isIssuer(pod);
    const file = state[at + FILE] as number;
    const age = state[at + AGE] as number;
    const begin = (how: string, generation: number, contact: number): void =>
      change(`start ${how}`, (next) => {
        next[at + PHASE] = UP;
        next[at + LOADED] = generation;
        next[at + FILE] = Math.max(generation, file);
        next[at + AGE] = contact;
      });
    if (file === 0 || (moves.keeps('restart-grace') && age > moves.configuration.grace)) {
      const contact = isIssuer && !moves.keeps('confirm-issuer') ? moves.oldAge : 0;
      for (const generation of this.#freshFrom(state, isIssuer)) begin('fresh', generation, contact);
      return;
    }
    if (!isIssuer || moves.happens('api')) {
      for (const generation of moves.keeps('own-file') ? [file] : upTo(1, file)) {
        begin('again', generation, moves.keeps('lease-kept') ? age : 0);
      }
    }
    if (isIssuer) begin('confirmed', state[GEN] as number, 0);
  }

  #freshFrom(state: Uint8Array, isIssuer: boolean): readonly number[] {
    const { moves } = this;
    const generation = state[GEN] as number;
    const projected = state[PROJECTED] as number;
    if (isIssuer) return moves.keeps('confirm-issuer') ? [generation] : upTo(1, generation);
    if (!moves.keeps('confirm-verifier')) return upTo(1, projected);
    if (!moves.keeps('confirm-afresh')) return this.#serving(state);
    return moves.keeps('confirm-truth') ? [generation] : [projected];
  }

  #serving(state: Uint8Array): number[] {
    const issuers = upTo(0, this.moves.layout.issuers - 1).map(
      (pod) => state[this.moves.podAt(pod) + LOADED] as number,
    );
    return [...issuers, state[GHOST_LOADED] as number].filter((generation) => generation > 0);
  }

  #run(state: Uint8Array, at: number, change: Change): void {
    const { moves } = this;
    const loaded = state[at + LOADED] as number;
    const file = state[at + FILE] as number;
    const generation = state[GEN] as number;
    const load = (memory: number, stored: number): void => {
      if (memory === loaded && stored === file) return;
      change('load', (next) => {
        next[at + LOADED] = memory;
        next[at + FILE] = stored;
      });
    };
    for (const newer of upTo(Math.max(loaded, file), generation)) {
      load(newer, newer);
      if (moves.happens('disk')) load(loaded, newer);
      if (moves.happens('disk')) load(newer, file);
    }
    if (!moves.keeps('upward-memory')) for (const older of upTo(1, loaded)) load(older, file);
    if (loaded !== generation || file !== generation || state[at + AGE] !== 0) {
      change('contact', (next) => {
        next[at + LOADED] = generation;
        next[at + FILE] = generation;
        next[at + AGE] = 0;
      });
    }
  }

  #churn(state: Uint8Array, at: number, isIssuer: boolean, change: Change): void {
    const loaded = state[at + LOADED] as number;
    if (this.moves.happens('crash') && loaded > 0) {
      change('crash', (next) => {
        next[CHURN] = (next[CHURN] as number) - 1;
        next[at + PHASE] = DOWN_PHASE;
        next[at + LOADED] = 0;
      });
    }
    if (!this.moves.happens('new')) return;
    change('delete', (next) => {
      next[CHURN] = (next[CHURN] as number) - 1;
      if (this.moves.happens('zombie') && isIssuer && loaded > 0) {
        next[GHOST_LOADED] = loaded;
        next[GHOST_AGE] = state[at + AGE] as number;
      }
      next.fill(0, at, at + POD_SIZE);
      next[at + AGE] = this.moves.oldAge;
    });
  }

  maySign(age: number): boolean {
    return age <= this.moves.configuration.lease || !this.moves.keeps('lease');
  }

  /** The signing key of a generation signs a credential. */
  sign(state: Uint8Array, generation: number, emit: (next: Uint8Array) => void): void {
    const { layout, configuration } = this.moves;
    const acceptable = configuration.lifetime + configuration.skew;
    const { signing } = this.moves.ring(state, generation);
    for (let kid = 0; kid < layout.kids; kid++) {
      if (((signing >> kid) & 1) === 0 || (state[layout.token + kid] as number) >= acceptable) continue;
      const next = state.slice();
      next[layout.token + kid] = acceptable;
      emit(next);
    }
  }
}

type Change = (action: string, edit: (next: Uint8Array) => void) => void;
