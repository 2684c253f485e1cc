import type { Configuration } from '../configuration.js';
import type { SearchableWorld } from '../search/search.js';
import { canonical } from './canonical.js';
import { violated } from './invariants.js';
import {
  ABSENT,
  ACCEPTED,
  AGE,
  CHURN,
  DECLARED,
  DOWN,
  FELL,
  FILE,
  GEN,
  GHOST_AGE,
  GHOST_LOADED,
  LOADED,
  OP_SIZE,
  PHASE,
  PROJECTED,
  PROOF,
  READY,
  REPORT,
  RUNNING,
  SHOWN,
  VIEW,
} from './layout.js';
import { type Emit, Moves, subsetsOf } from './moves.js';
import { type ListedPod, ShippedOperator } from './operator.js';
import { Processes, seen } from './processes.js';

/** The world of KeyRing.tla, with the same actions; what the operators decide comes from the shipped planner. */
export class World implements SearchableWorld {
  readonly moves: Moves;
  readonly stateSize: number;
  readonly #processes: Processes;
  readonly #shipped: ShippedOperator;
  readonly #violated: (state: Uint8Array) => string | undefined;

  constructor(readonly configuration: Configuration) {
    this.moves = new Moves(configuration);
    this.stateSize = this.moves.layout.size;
    this.#processes = new Processes(this.moves);
    this.#shipped = new ShippedOperator(configuration, this.moves.rings, this.moves.keeps);
    this.#violated = violated(this.moves, configuration.checks);
  }

  *initial(): Iterable<Uint8Array> {
    const { layout, rings, configuration, oldAge } = this.moves;
    const first = Array.from({ length: layout.kids }, (_, kid) => (kid === 0 ? 2 : kid === 1 ? 1 : 0));
    const ring = rings.of(
      first,
      first.map((rank) => (rank > 0 ? 1 : 0)),
      0,
    );
    for (const absent of this.moves.happens('new') ? subsetsOf(2 ** layout.pods - 1) : [0]) {
      const everyIssuer = 2 ** layout.issuers - 1;
      if ((absent & everyIssuer) === everyIssuer) continue;
      const state = new Uint8Array(this.stateSize);
      this.moves.append(state, ring);
      state[PROJECTED] = 1;
      state[CHURN] = configuration.churn;
      for (let pod = 0; pod < layout.pods; pod++) {
        const present = ((absent >> pod) & 1) === 0;
        state.set(present ? [READY, 1, 1, 0, RUNNING, 0] : [ABSENT, 0, 0, oldAge, 0, 0], this.moves.podAt(pod));
      }
      yield canonical(this.moves, state);
    }
  }

  successors(state: Uint8Array, emit: Emit): void {
    const out: Emit = (next, action) => emit(canonical(this.moves, next), action);
    const { layout } = this.moves;
    for (let pod = 0; pod < layout.pods; pod++) this.#processes.act(state, pod, out);
    if ((state[GHOST_LOADED] as number) > 0 && this.#processes.maySign(state[GHOST_AGE] as number)) {
      this.#processes.sign(state, state[GHOST_LOADED] as number, (next) => out(next, 'zombie signs'));
    }
    this.#tick(state, out);
    this.#declare(state, out);
    for (let operator = 0; operator < layout.operators; operator++) this.#operate(state, operator, out);
  }

  violated(state: Uint8Array): string | undefined {
    return this.#violated(state);
  }

  #tick(state: Uint8Array, emit: Emit): void {
    const { layout, configuration, podAt, opAt, oldAge, maxDown } = this.moves;
    const next = state.slice();
    for (let at = layout.token; at < layout.pod; at++) next[at] = Math.max(0, (state[at] as number) - 1);
    for (let pod = 0; pod < layout.pods; pod++) {
      const at = podAt(pod);
      if (state[at + PHASE] === ABSENT) continue;
      if (configuration.watch && state[at + REPORT] !== seen(state, at)) return;
      const isDown = configuration.watch && state[at + REPORT] !== RUNNING;
      next[at + AGE] = Math.min((state[at + AGE] as number) + 1, oldAge);
      next[at + DOWN] = isDown ? Math.min((state[at + DOWN] as number) + 1, maxDown) : 0;
    }
    if (state[GHOST_LOADED] !== 0) next[GHOST_AGE] = Math.min((state[GHOST_AGE] as number) + 1, oldAge);
    for (let operator = 0; operator < layout.operators; operator++) {
      const at = opAt(operator);
      const view = state[at + VIEW] as number;
      const isShown = configuration.watch && view > 0 && (state[PROJECTED] as number) >= view;
      next[at + SHOWN] = isShown ? Math.min((state[at + SHOWN] as number) + 1, maxDown) : 0;
    }
    if (next.some((byte, index) => byte !== state[index])) emit(next, 'tick');
  }

  #declare(state: Uint8Array, emit: Emit): void {
    const { emergency } = this.moves.configuration;
    if (emergency === 'none' || state[DECLARED] !== 0) return;
    const { accepted } = this.moves.truth(state);
    for (const declared of emergency === 'all' ? [accepted] : singles(accepted)) {
      if (declared === 0) continue;
      const next = state.slice();
      next[DECLARED] = declared;
      emit(next, 'declare');
    }
  }

  #operate(state: Uint8Array, operator: number, emit: Emit): void {
    const { keeps, opAt, configuration } = this.moves;
    const at = opAt(operator);
    const view = state[at + VIEW] as number;
    const gen = state[GEN] as number;
    const name = `o${operator + 1}`;
    const change = (action: string, edit: (next: Uint8Array) => void): void => {
      const next = state.slice();
      edit(next);
      emit(next, `${action} ${name}`);
    };
    if (view !== gen) {
      change('read', (next) => {
        this.#forget(next, at);
        next[at + VIEW] = gen;
      });
    }
    if (view === 0) return;
    const projected = state[PROJECTED] as number;
    if (keeps('upward-projection') ? projected < view : projected !== view) {
      change('project', (next) => (next[PROJECTED] = view));
    }
    if (projected >= view || !keeps('project-first')) this.#list(state, at, change);
    if (view === gen || !keeps('compare-and-swap')) {
      for (let offset = 0; offset <= configuration.opSkew; offset++) this.#decide(state, at, offset, change);
    }
  }

  #forget(next: Uint8Array, at: number): void {
    if (this.moves.keeps('fresh-evidence')) next.fill(0, at, at + OP_SIZE);
    next[at + VIEW] = 0;
    next[at + SHOWN] = 0;
  }

  #list(state: Uint8Array, at: number, change: Change): void {
    const view = state[at + VIEW] as number;
    const ring = this.moves.ring(state, view);
    const maySilence = this.moves.happens('silent') ? this.#running(state) : 0;
    for (const silent of subsetsOf(maySilence)) {
      const listed = this.#listed(state, silent);
      const { proof, accepted } = this.#shipped.judge(ring, view, state[at + SHOWN] as number, listed);
      if (state[at + PROOF] === proof && state[at + ACCEPTED] === Number(accepted)) continue;
      change('list', (next) => {
        next[at + PROOF] = proof;
        next[at + ACCEPTED] = Number(accepted);
      });
    }
  }

  #running(state: Uint8Array): number {
    let mask = 0;
    for (let pod = 0; pod < this.moves.layout.pods; pod++) {
      if ((state[this.moves.podAt(pod) + LOADED] as number) > 0) mask |= 1 << pod;
    }
    return mask;
  }

  #listed(state: Uint8Array, silent: number): ListedPod[] {
    const listed: ListedPod[] = [];
    for (let pod = 0; pod < this.moves.layout.pods; pod++) {
      const at = this.moves.podAt(pod);
      if (state[at + PHASE] === ABSENT) continue;
      const loaded = state[at + LOADED] as number;
      listed.push({
        index: pod,
        issuer: this.moves.isIssuer(pod),
        ready: state[at + PHASE] === READY,
        answers: loaded > 0 && ((silent >> pod) & 1) === 0,
        loaded,
        file: state[at + FILE] as number,
        report: state[at + REPORT] as number,
        downTicks: state[at + DOWN] as number,
        accepts: loaded > 0 ? this.moves.ring(state, loaded).accepted : 0,
      });
    }
    return listed;
  }

  #decide(state: Uint8Array, at: number, offset: number, change: Change): void {
    const { layout } = this.moves;
    const generation = state[at + VIEW] as number;
    const next = (state[GEN] as number) + 1;
    const decision = {
      generation,
      ring: this.moves.ring(state, generation),
      drain: Array.from(state.subarray(layout.drain, layout.drain + layout.kids)),
      proof: { proof: state[at + PROOF] as number, accepted: state[at + ACCEPTED] === 1 },
      declared: state[DECLARED] as number,
      offset,
    };
    const written = this.#shipped.decide(decision, next);
    if (!written) return;
    const truth = this.moves.truth(state);
    change('decide', (successor) => {
      this.moves.append(successor, written.ring);
      successor.set(written.drain, layout.drain);
      if (written.ring.state.some((rank, kid) => rank < (truth.state[kid] as number))) successor[FELL] = 1;
      this.#forget(successor, at);
    });
  }
}

type Change = (action: string, edit: (next: Uint8Array) => void) => void;

const singles = (mask: number): number[] =>
  Array.from({ length: 8 }, (_, bit) => mask & (1 << bit)).filter((single) => single !== 0);
