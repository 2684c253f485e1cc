/** Mails that the issuer sends. They never fail a request: an undelivered one is logged, and can be asked for again. */
export interface Mail {
  verifyAddress(to: Recipient, url: string): void;
  resetPassword(to: Recipient, url: string): void;
  /** Resolves once everything handed over was sent or has failed. */
  settled(): Promise<void>;
  close(): void;
}

export interface Recipient {
  readonly email: string;
  readonly name: string;
}
