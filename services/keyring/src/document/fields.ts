import { DURATION_RULE, parseDuration } from './duration.js';
import { KeyringError } from './errors.js';
import { parseTime, TIME_RULE } from './time.js';

/** The error of a field: its path and the rule it breaks, never its value (it may be key material). */
export const invalid = (path: string, rule: string): KeyringError =>
  new KeyringError('ERR_RING_INVALID', `${path}: ${rule}`, { field: path });

const LARGEST = Number.MAX_SAFE_INTEGER;

/** A JSON object under a path. Each method returns a checked member or throws an error that names it and the rule. */
export class Fields {
  private constructor(
    private readonly members: Readonly<Record<string, unknown>>,
    readonly path: string,
  ) {}

  static of(value: unknown, path: string): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw invalid(path || 'document', 'must be an object');
    }
    return new Fields(value as Record<string, unknown>, path);
  }

  at(name: string): string {
    return this.path ? `${this.path}.${name}` : name;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.members, name) && this.members[name] !== undefined;
  }

  raw(name: string): unknown {
    return this.has(name) ? this.members[name] : undefined;
  }

  fail(name: string, rule: string): never {
    throw invalid(this.at(name), rule);
  }

  text(name: string, form: RegExp, rule: string): string {
    const value = this.raw(name);
    return typeof value === 'string' && form.test(value) ? value : this.fail(name, rule);
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T {
    const found = choices.find((choice) => choice === this.raw(name));
    return found ?? this.fail(name, `must be one of ${choices.join(', ')}`);
  }

  integer(name: string, least: number, most = LARGEST): number {
    const value = this.raw(name);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
    return this.fail(
      name,
      `must be a whole number ${most === LARGEST ? `of ${least} or more` : `from ${least} to ${most}`}`,
    );
  }

  flag(name: string): boolean {
    const value = this.raw(name);
    return typeof value === 'boolean' ? value : this.fail(name, 'must be true or false');
  }

  time(name: string): number {
    const value = this.raw(name);
    return (typeof value === 'string' ? parseTime(value) : undefined) ?? this.fail(name, TIME_RULE);
  }

  duration(name: string, least = 0): number {
    const value = this.raw(name);
    const ms = (typeof value === 'string' ? parseDuration(value) : undefined) ?? this.fail(name, DURATION_RULE);
    return ms >= least ? ms : this.fail(name, 'must be longer than 0s');
  }

  object(name: string): Fields {
    return Fields.of(this.raw(name), this.at(name));
  }

  list(name: string, most: number): Fields[] {
    const value = this.raw(name);
    if (!Array.isArray(value)) return this.fail(name, 'must be a list');
    if (value.length > most) return this.fail(name, `must have at most ${most} entries`);
    return value.map((item, index) => Fields.of(item, `${this.at(name)}[${index}]`));
  }
}
