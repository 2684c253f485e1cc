import { z } from 'zod';
import { DURATION_RULE, formatDuration, parseDuration } from '@keyturn/keyring';

/**
 * Kinds of environment variables. Each says its rule in words that fit after the variable's name; no rule repeats the
 * value, which may be a secret. Everything comes in as text.
 */
const rule = (message: string) => ({ error: message });

export const text = (limits: { min?: number; max?: number } = {}) => {
  const { min = 1, max = 10_000 } = limits;
  return z
    .string()
    .min(min, rule(`must have at least ${min} characters`))
    .max(max, rule(`must have at most ${max}`));
};

export const wholeNumber = (min: number, max: number) => {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, rule(message))
    .transform(Number)
    .refine((value) => value >= min && value <= max, rule(message));
};

/** A TCP port; 0 lets the system choose. */
export const port = () => wholeNumber(0, 65_535);

export const flag = () =>
  z.enum(['true', 'false'], rule('must be true or false')).transform((value) => value === 'true');

export const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, rule(`must be one of ${values.join(', ')}`));

/** A duration as text (`30s`, `15m`), in milliseconds once read. */
export const duration = (limits: { minMs?: number; maxMs?: number } = {}) => {
  const { minMs = 0, maxMs = 3650 * 86_400_000 } = limits;
  const range = `from ${formatDuration(minMs)} to ${formatDuration(maxMs)}`;
  return z
    .string()
    .transform((value) => parseDuration(value) ?? Number.NaN)
    .refine((ms) => ms >= minMs && ms <= maxMs, rule(`${DURATION_RULE}, ${range}`));
};

const isUrl = (value: string, protocols: readonly string[]): boolean =>
  URL.canParse(value) && protocols.includes(new URL(value).protocol.slice(0, -1));

export const url = (...protocols: [string, ...string[]]) =>
  z
    .string()
    .refine((value) => isUrl(value, protocols), rule(`must be a URL with ${protocols.join(' or ')}`))
    .transform((value) => value.replace(/\/+$/, ''));

const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

export const commaSeparated = () => list;

export const urlList = (...protocols: [string, ...string[]]) =>
  list
    .refine(
      (items) => items.every((item) => isUrl(item, protocols)),
      rule(`must be URLs with ${protocols.join(' or ')}, separated by commas`),
    )
    .transform((items) => items.map((item) => item.replace(/\/+$/, '')));

/** A name as Kubernetes has it: it becomes part of file names and URLs. */
export const objectName = () =>
  z
    .string()
    .regex(
      /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
      rule('must be a name of lower-case letters, digits and dashes, at most 63'),
    );
