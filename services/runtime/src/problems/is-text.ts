import { ValidateBy, type ValidationOptions } from 'class-validator';

/** Shorter and longer than this many characters (code points) is refused. */
export interface TextLimits {
  readonly min?: number;
  readonly max: number;
}

// What a database or a terminal cannot hold: NUL and other control characters but tab and line ends.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

const brokenRule = (value: unknown, { min = 0, max }: TextLimits): string | undefined => {
  if (typeof value !== 'string') return 'must be text';
  if (CONTROL.test(value)) return 'must not contain control characters';
  if (!value.isWellFormed()) return 'must be well-formed Unicode';
  const length = value.length > 2 * max ? Number.POSITIVE_INFINITY : [...value].length;
  if (min > 0 && value.trim() === '') return 'must not be blank';
  if (length < min) return `must have at least ${min} characters`;
  return length > max ? `must have at most ${max} characters` : undefined;
};

/** Text that people wrote: of limited length, well-formed, without NUL and its kin. With `min` it must not be blank. */
export const IsText = (limits: TextLimits, options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isText',
      validator: {
        validate: (value) => brokenRule(value, limits) === undefined,
        defaultMessage: (args) => `$property ${brokenRule(args?.value, limits) ?? 'must be text'}`,
      },
    },
    options,
  );
