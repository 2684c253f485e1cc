import { Careful } from './people/careful.js';
import { Member } from './people/member.js';
import { Newcomer } from './people/newcomer.js';
import { PasserBy } from './people/passer-by.js';
import { Reader } from './people/reader.js';
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
  readonly readers: number;
  readonly newcomers: number;
  readonly careful: number;
}

/** Users come one after another, this far apart: a password takes the machine some time. */
const APART_MS = 250;

/** After something that did not work, users wait before they try again: longer each time, and not all for as long. */
const RETRY_MS = 250;
const LONGEST_RETRY_MS = 4_000;

export const sizeOf = (plan: CrowdPlan): number =>
  plan.workers +
  plan.members +
  plan.bearerMembers +
  plan.passersBy +
  plan.sleepers +
  plan.bearerSleepers +
  plan.openSleepers +
  plan.readers +
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
  ...times(plan.readers, () => new Reader(world, plan.memberThinkMs)),
  ...times(plan.newcomers, () => new Newcomer(world)),
  ...times(plan.careful, () => new Careful(world, plan.memberThinkMs * 5)),
];

const shuffled = <T>(list: readonly T[]): T[] =>
  list
    .map((value) => ({ value, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);

async function live(person: Person, world: World, stopped: AbortSignal): Promise<void> {
  let failures = 0;
  while (!stopped.aborted) {
    failures = (await person.step()) ? 0 : failures + 1;
    if (failures > 0) {
      await world.sleep(between(0.5, 1) * Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** (failures - 1)));
    }
  }
}

/** Keeps everybody busy until the signal fires; each user has one request under way at most. */
export async function keepBusy(plan: CrowdPlan, world: World, stopped: AbortSignal): Promise<void> {
  const arrive = async (person: Person, n: number): Promise<void> => {
    await world.sleep(n * APART_MS);
    await live(person, world, stopped);
  };
  await Promise.all(shuffled(people(plan, world)).map(arrive));
}
