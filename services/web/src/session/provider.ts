/** An issuer of accounts elsewhere that can be signed in with. */
export interface Provider {
  readonly id: string;
  readonly name: string;
}
