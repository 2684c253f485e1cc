import type { RingDocument } from '@keyturn/keyring/document';
import type { Cluster } from './cluster.js';
import { SimulatedOperator } from './operator.js';
import { Pod, type Role } from './pod.js';

/** What goes wrong, drawn from the seed, until it stops so that everything can settle. */
export class Chaos {
  readonly #operators: SimulatedOperator[] = [];
  #pods = 0;
  #revocations = 0;
  #longDownsUntil = 0;

  constructor(private readonly cluster: Cluster) {}

  begin(): void {
    for (const role of ['issuer', 'issuer', 'verifier', 'verifier', 'verifier'] as const) void this.#create(role, 0);
    for (const name of ['o1', 'o2']) this.#operators.push(this.#operator(name));
  }

  async run(until: number): Promise<void> {
    const { time, random, weather } = this.cluster;
    // A container that is down for minutes is left out after X + 60 s; it is back before everything has to settle.
    this.#longDownsUntil = until - 120_000;
    for (;;) {
      await time.sleep(random.between(weather.chaosMs / 4, weather.chaosMs));
      if (time.now >= until) return;
      random.pick([
        () => this.#crash(),
        () => this.#crash(),
        () => this.#delete(),
        () => this.#hang(),
        () => this.#cut(this.#somePod()),
        () => this.#cut(this.#somePod()),
        () => this.#fillDisk(),
        () => this.#cutApi(),
        () => this.#pauseOperator(),
        () => this.#crashOperator(),
        () => this.#revoke(),
        () => this.#editPolicy(),
      ])();
    }
  }

  #operator(name: string): SimulatedOperator {
    const operator = new SimulatedOperator(this.cluster, name);
    operator.run();
    return operator;
  }

  async #create(role: Role, afterMs: number): Promise<void> {
    const { time, random } = this.cluster;
    await time.sleep(afterMs);
    this.#pods += 1;
    const pod = new Pod(this.cluster, `${role[0]}${this.#pods}`, role);
    await time.sleep(random.between(10, 2_000));
    // Before its first load, or soon after it.
    const cutAfterMs = random.pick([0, 3_000, 100_000]);
    if (afterMs > 0 && cutAfterMs === 0) this.#cut(pod);
    pod.start();
    await time.sleep(cutAfterMs);
    if (afterMs > 0 && cutAfterMs === 3_000) this.#cut(pod);
  }

  #somePod(): Pod | undefined {
    const pods = [...this.cluster.pods.values()];
    return pods.length > 0 ? this.cluster.random.pick(pods) : undefined;
  }

  #crash(): void {
    const { time, random, weather } = this.cluster;
    const pod = this.#somePod();
    if (!pod?.process) return;
    pod.crash();
    const mayBeLong = time.now < this.#longDownsUntil && random.chance(weather.longDown);
    const downMs = mayBeLong ? random.between(50_000, 200_000) : random.between(50, 5_000);
    void time.sleep(downMs).then(() => {
      if (random.chance(0.5)) this.#cut(pod);
      pod.start();
    });
  }

  #delete(): void {
    const { random } = this.cluster;
    const pod = this.#somePod();
    if (!pod) return;
    pod.delete(random.chance(0.3) ? random.between(1_000, 60_000) : 0);
    void this.#create(pod.role, random.between(0, 5_000));
  }

  #hang(): void {
    const { time, random } = this.cluster;
    const process = this.#somePod()?.process;
    if (process) process.hungUntil = time.now + random.between(500, 20_000);
  }

  #cut(pod: Pod | undefined): void {
    const { time, random, weather } = this.cluster;
    if (!pod) return;
    pod.cutUntil = time.now + random.between(1_000, weather.cutMs);
    if (random.chance(0.5)) pod.silentUntil = pod.cutUntil;
    this.cluster.note(`${pod.uid} is cut off`);
  }

  #fillDisk(): void {
    const { time, random } = this.cluster;
    const pod = this.#somePod();
    if (pod) pod.diskFullUntil = time.now + random.between(1_000, 30_000);
  }

  #cutApi(): void {
    const { time, random } = this.cluster;
    this.cluster.apiDownUntil = time.now + random.between(500, 15_000);
    this.cluster.note('the API server does not answer');
  }

  #pauseOperator(): void {
    const { time, random } = this.cluster;
    const operator = random.pick(this.#operators);
    operator.pausedUntil = time.now + random.between(500, 30_000);
    this.cluster.note(`${operator.name} is paused`);
  }

  #crashOperator(): void {
    const { time, random } = this.cluster;
    const index = random.between(0, this.#operators.length - 1);
    const operator = this.#operators[index] as SimulatedOperator;
    operator.crash();
    this.#operators[index] = new SimulatedOperator(this.cluster, operator.name);
    const next = this.#operators[index];
    void time.sleep(random.between(100, 10_000)).then(() => next.run());
  }

  /** One key, or all that verifiers accept now. */
  #revoke(): void {
    const { random, time, declared } = this.cluster;
    if (this.#revocations >= 2 || random.chance(0.5)) return;
    this.#revocations += 1;
    const { truth } = this.cluster;
    const accepted = acceptedKids(this.cluster, truth);
    const keys = random.chance(0.3) ? accepted : [random.pick(accepted)];
    for (const kid of keys) declared.add(kid);
    const requestedAt = new Date(time.now).toISOString();
    const id = `revoke-${this.#revocations}`;
    this.cluster.requests.push({ id, ring: 'ring', kind: 'revoke', keys, requestedAt, requestedBy: 'simulation' });
    this.cluster.note(`declared: ${keys.map((kid) => this.cluster.name(kid)).join(', ')}`);
  }

  #editPolicy(): void {
    const { random, policy } = this.cluster;
    const maxCredentialLifetimeMs = random.pick([5_000, 10_000, 20_000]);
    this.cluster.policy = { ...policy, settings: { ...policy.settings, maxCredentialLifetimeMs } };
    this.cluster.note(`policy: credentials live ${maxCredentialLifetimeMs} ms`);
  }
}

const acceptedKids = (cluster: Cluster, truth: RingDocument): string[] => [...cluster.accepted(truth)];
