import type { Configuration } from '../configuration.js';

const names = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);

const set = (members: readonly string[]): string => `{${members.join(', ')}}`;
const quoted = (members: readonly string[]): string => set(members.map((member) => `"${member}"`));
const truth = (value: boolean): string => (value ? 'TRUE' : 'FALSE');

export interface CheckedByTlc {
  /** A temporal property instead of the invariants; without VIEW and SYMMETRY, which would make it unsound. */
  readonly property?: 'L';
  /** Whether what goes on by itself does go on; without it nothing ever has to happen, and L must be violated. */
  readonly fair?: boolean;
}

/** The .cfg file that makes TLC check a configuration of KeyRing.tla. */
export function configFile(configuration: Configuration, { property, fair = true }: CheckedByTlc = {}): string {
  const { emergency, watch, faults, without, symmetry, checks } = configuration;
  const pods = [names('i', configuration.issuers), names('v', configuration.verifiers)] as const;
  const operators = names('o', configuration.operators);
  return [
    'CONSTANTS',
    ...[...pods.flat(), ...operators].map((name) => `  ${name} = ${name}`),
    `  Issuers = ${set(pods[0])}`,
    `  Verifiers = ${set(pods[1])}`,
    `  Operators = ${set(operators)}`,
    `  MaxKid = ${configuration.maxKid}`,
    `  Lifetime = ${configuration.lifetime}`,
    `  Skew = ${configuration.skew}`,
    `  OpSkew = ${configuration.opSkew}`,
    `  Lease = ${configuration.lease}`,
    `  Grace = ${configuration.grace}`,
    `  Churn = ${configuration.churn}`,
    `  Emergency = "${emergency}"`,
    `  Watch = ${truth(watch)}`,
    `  Faults = ${quoted(faults)}`,
    `  Without = ${quoted(without)}`,
    ...(property
      ? [`SPECIFICATION ${fair ? 'LiveSpec' : 'Spec'}`, `PROPERTY ${property}`]
      : [
          'SPECIFICATION Spec',
          `INVARIANTS ${checks.join(' ')}`,
          'VIEW View',
          ...(symmetry ? ['SYMMETRY Symmetry'] : []),
        ]),
    'CHECK_DEADLOCK FALSE',
    '',
  ].join('\n');
}
