import { type Configuration, type Invariant, type Probe, SMALLEST } from './configuration.js';
import { FAULTS, type Fault, type Rule } from './rules.js';

type Differences = Partial<Omit<Configuration, 'name' | 'expect' | 'checks'>>;

const sound = (name: string, differences: Differences): Configuration => ({ ...SMALLEST, name, ...differences });

/** Nothing may be found in these. Small enough for a build; the searches must agree on the number of states. */
export const SOUND: readonly Configuration[] = [
  sound('rotation', { churn: 1, faults: ['new', 'crash'] }),
  sound('two-rotations', { maxKid: 3, churn: 1, faults: ['crash', 'api'] }),
  sound('emergency', { emergency: 'one', maxKid: 3 }),
  sound('all-leaked', { emergency: 'all', maxKid: 3 }),
  sound('left-out', { emergency: 'one', maxKid: 1, churn: 1, watch: true, faults: ['new', 'crash', 'silent'] }),
  sound('torn', { emergency: 'all', faults: ['disk', 'silent'] }),
  sound('two-operators', { operators: 2, symmetry: true, skew: 1, opSkew: 1 }),
  sound('two-by-two', { issuers: 2, verifiers: 2, symmetry: true }),
  sound('weaker-start', { churn: 1, faults: ['new'], without: ['confirm-truth'] }),
];

const bug = (rule: Rule, expect: Invariant, differences: Differences = {}): Configuration => ({
  ...SMALLEST,
  ...differences,
  name: `without ${rule}`,
  without: [rule, ...(differences.without ?? [])],
  checks: [expect],
  expect,
});

const leak = (faults: readonly Fault[] = [], churn = 0): Differences => ({ emergency: 'one', faults, churn });
const watched = (faults: readonly Fault[], churn = 0): Differences => ({ ...leak(faults, churn), watch: true });

/** One rule is taken away in each; the invariant named must be violated. */
export const BUGS: readonly Configuration[] = [
  bug('proof', 'S1', { maxKid: 3 }),
  bug('finish-proof', 'S2', leak()),
  bug('heir-proof', 'S1', { emergency: 'all', maxKid: 3 }),
  bug('fresh-evidence', 'S2I', leak(['new'], 1)),
  bug('compare-and-swap', 'S4', { operators: 2, symmetry: true }),
  bug('project-first', 'S2', { ...leak(['new']), without: ['confirm-truth'] }),
  bug('upward-projection', 'S2', { ...leak(['new']), operators: 2, symmetry: true, without: ['confirm-truth'] }),
  bug('loaded-counts', 'S2', leak(['disk'])),
  bug('durable-counts', 'S2', leak(['disk', 'crash'], 1)),
  bug('silent-loaded', 'S2', leak(['disk', 'silent'])),
  bug('count-not-ready', 'S2', leak(['new'])),
  bug('count-issuers', 'S2I', leak()),
  bug('report-lag', 'S2', watched(['new', 'silent'])),
  bug('grace-wait', 'S2', watched(['crash'], 1)),
  bug('since-projection', 'S2', watched(['new', 'silent'])),
  bug('skew-in-drain', 'S1I', { skew: 1 }),
  bug('operators-in-drain', 'S1I', { skew: 1, opSkew: 1 }),
  bug('lease-in-drain', 'S1I'),
  bug('lease', 'S1I'),
  bug('lease-kept', 'S1', { churn: 1, faults: ['crash', 'api'] }),
  bug('restart-grace', 'S2', watched(['crash'], 1)),
  bug('own-file', 'S2', leak(['crash'], 1)),
  bug('upward-memory', 'S2I', leak()),
  bug('confirm-verifier', 'S2', leak(['new'])),
  bug('confirm-issuer', 'S2I', { ...leak(['new']), issuers: 2 }),
  bug('confirm-afresh', 'S2', leak(['new', 'zombie'], 1)),
];

const probe = (expect: Probe, differences: Differences): Configuration => ({
  ...SMALLEST,
  ...differences,
  name: `reaches ${expect.slice('Never'.length).toLowerCase()}`,
  checks: [expect],
  expect,
});

/** Shows that the guards let the protocol move. */
export const PROBES: readonly Configuration[] = [
  probe('NeverRetired', {}),
  probe('NeverRevoked', leak()),
  probe('NeverInherited', leak()),
];

/** Every rotation and every emergency ends; TLC only. */
export const LIVENESS: readonly Configuration[] = [
  sound('rotation ends', { churn: 1, faults: ['crash'] }),
  sound('emergency ends', { emergency: 'all' }),
];

const every = Object.keys(FAULTS) as Fault[];

/** Larger worlds for `model:full`, in the order in which they are tried. */
export const LARGE: readonly Configuration[] = [
  sound('rotation, every fault', { churn: 1, watch: true, faults: every }),
  sound('emergency, new pods and crashes', { emergency: 'one', churn: 1, watch: true, faults: ['new', 'crash'] }),
  sound('two rotations, every fault', { maxKid: 3, churn: 1, watch: true, faults: every }),
  sound('two by two, two operators', { issuers: 2, verifiers: 2, operators: 2, symmetry: true }),
  sound('two by two, emergency', { issuers: 2, verifiers: 2, symmetry: true, emergency: 'one' }),
  sound('emergency, every fault', { emergency: 'one', churn: 1, watch: true, faults: every }),
  sound('two by two, two rotations, two operators', {
    issuers: 2,
    verifiers: 2,
    operators: 2,
    maxKid: 3,
    symmetry: true,
  }),
];
