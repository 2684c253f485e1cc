import { Careful } from './people/careful.js';
import { Member } from './people/member.js';
import { Newcomer } from './people/newcomer.js';
import { PasserBy } from './people/passer-by.js';
import { Sleeper } from './people/sleeper.js';
import { Worker } from './people/worker.js';
import { between, type Person, type World } from './world.js';

/** How many users of each kind, and how long they think between two requests. */
export interface CrowdPlan {
  readonly workers: number;
  readonly workerThinkMs: number;
  readonly members: number;
  readonly bearerMembers: number;
  readonly memberThinkMs: number;
  readonly passersBy: number;
  readonly sleepers: number;
  readonly bearerSleepers: number;
  /** Sleepers who did not want to be remembered. */
  readonly openSleepers: number;
  readonly newcomers: number;
  readonly careful: number;
}

/** Users come one after another, not all in the first instant. */
const ARRIVAL_MS = 3_000;

/** After something that did not work, users wait a little before they try again. */
const RETRY_MS = 250;

export const sizeOf = (plan: CrowdPlan): number =>
  plan.workers +
  plan.members +
  plan.bearerMembers +
  plan.passersBy +
  plan.sleepers +
  plan.bearerSleepers +
  plan.openSleepers +
  plan.newcomers +
  plan.careful;

const times = (count: number, make: () => Person): Person[] => Array.from({ length: count }, make);

const people = (plan: CrowdPlan, world: World): Person[] => [
  ...times(plan.workers, () => new Worker(world, plan.workerThinkMs)),
  ...times(plan.members, () => new Member(world, plan.memberThinkMs)),
  ...times(plan.bearerMembers, () => new Member(world, plan.memberThinkMs, { cookies: false })),
  ...times(plan.passersBy, () => new PasserBy(world, plan.memberThinkMs)),
  ...times(plan.sleepers, () => new Sleeper(world)),
  ...times(plan.bearerSleepers, () => new Sleeper(world, { cookies: false })),
  ...times(plan.openSleepers, () => new Sleeper(world, { remember: false })),
  ...times(plan.newcomers, () => new Newcomer(world)),
  ...times(plan.careful, () => new Careful(world, plan.memberThinkMs * 5)),
];

async function live(person: Person, world: World, stopped: AbortSignal): Promise<void> {
  await world.sleep(between(0, ARRIVAL_MS));
  while (!stopped.aborted) if (!(await person.step())) await world.sleep(RETRY_MS);
}

/** Keeps everybody busy until the signal fires; each user has one request under way at most. */
export async function keepBusy(plan: CrowdPlan, world: World, stopped: AbortSignal): Promise<void> {
  await Promise.all(people(plan, world).map((person) => live(person, world, stopped)));
}
