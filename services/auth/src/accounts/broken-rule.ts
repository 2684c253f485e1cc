/** A rule that a field of a request breaks; the message repeats no value. */
export interface BrokenRule {
  readonly field: 'password' | 'newPassword' | 'email' | 'newEmail';
  readonly rule:
    | 'min-length'
    | 'max-length'
    | 'character-classes'
    | 'common-password'
    | 'contains-address'
    | 'disposable-domain';
  /** The number that the rule is about, where there is one. */
  readonly limit?: number;
  readonly message: string;
}
