import type { BrokenRule } from './broken-rule.js';

export interface PasswordPolicy {
  /** Characters. */
  readonly minLength: number;
  readonly maxLength: number;
  /** How many of the four classes it must have: lower case, upper case, digits, others; 0 to 4. */
  readonly classes: number;
  /** Whether it is among the most common ones, in lower case. */
  readonly isCommon: (password: string) => boolean;
}

const CLASSES = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{Nd}]/u];

/** Shorter local parts are in too many good passwords. */
const LOCAL_PART_MIN = 4;

/** All rules that a password breaks. Without an address (it is not known yet) that one rule is left out. */
export const passwordProblems = (
  password: string,
  email: string | undefined,
  policy: PasswordPolicy,
): readonly Omit<BrokenRule, 'field'>[] => {
  const length = [...password].length;
  const lower = password.toLowerCase();
  const local = email?.slice(0, email.lastIndexOf('@')).toLowerCase() ?? '';
  const problem = (broken: boolean, rule: BrokenRule['rule'], message: string, limit?: number) =>
    broken ? [{ rule, message, ...(limit !== undefined && { limit }) }] : [];
  const { minLength, maxLength, classes } = policy;
  return [
    ...problem(length < minLength, 'min-length', `must have at least ${minLength} characters`, minLength),
    ...problem(password.length > maxLength, 'max-length', `must have at most ${maxLength} characters`, maxLength),
    ...problem(
      CLASSES.filter((pattern) => pattern.test(password)).length < classes,
      'character-classes',
      `must have ${classes} of: lower-case letters, upper-case letters, digits, other characters`,
      classes,
    ),
    ...problem(policy.isCommon(lower), 'common-password', 'must not be one of the most common passwords'),
    ...problem(
      local.length >= LOCAL_PART_MIN && lower.includes(local),
      'contains-address',
      'must not contain the first part of the e-mail address',
    ),
  ];
};
