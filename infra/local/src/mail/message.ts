import PostalMime, { type Address } from 'postal-mime';

/** A mail as the catcher keeps and serves it. */
export interface Message {
  readonly id: string;
  /** RFC 3339. */
  readonly receivedAt: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** http(s) addresses in the text or the HTML, in order, each once. */
  readonly links: readonly string[];
}

/** Reads a mail as it came over SMTP. `recipients` are those of the envelope, who get it whatever the headers say. */
export const parseMessage = async (
  raw: Uint8Array,
  recipients: readonly string[],
  stamp: { readonly id: string; readonly receivedAt: string },
): Promise<Message> => {
  const mail = await PostalMime.parse(raw);
  const text = mail.text ?? '';
  const html = mail.html ?? '';
  return {
    ...stamp,
    from: addressOf(mail.from),
    to: recipients,
    subject: mail.subject ?? '',
    text,
    html,
    links: linksIn(text, html),
  };
};

const addressOf = (address: Address | undefined): string => {
  if (!address) return '';
  return address.name ? `${address.name} <${address.address ?? ''}>` : (address.address ?? '');
};

const linksIn = (text: string, html: string): string[] => {
  const inText = text.match(/https?:\/\/[^\s<>"')\]]+/g) ?? [];
  const inHtml = [...html.matchAll(/href="(https?:\/\/[^"]+)"/g)].map((match) =>
    (match[1] ?? '').replaceAll('&amp;', '&'),
  );
  return [...new Set([...inText, ...inHtml])];
};
