/** The mail catcher, as a user's inbox. */
export interface Mailbox {
  /** The newest link in a mail to this address; undefined when none has come yet. */
  newestLink(to: string): Promise<URL | undefined>;
}
