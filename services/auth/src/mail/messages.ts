import type { Locale } from './locale.js';
import type { MailKind } from './mail.js';
import { GREETINGS, TEXTS } from './texts.js';

/** A mail without its address: the same in text and in HTML. */
export interface Message {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface MessageParts {
  /** The recipient's name, as they wrote it. */
  readonly name: string;
  readonly link: string;
  /** The address that the mail speaks of, where it does. */
  readonly address?: string;
}

export const messageOf = (kind: MailKind, locale: Locale, parts: MessageParts): Message => {
  const { subject, before, action, after } = TEXTS[locale][kind];
  const hello = greeting(parts.name, locale);
  const said = before.replace('{address}', () => parts.address ?? '');
  const link = escapeHtml(parts.link);
  return {
    subject,
    text: [hello, '', said, '', parts.link, '', after, ''].join('\n'),
    html: page(locale, subject, [
      `<p>${escapeHtml(hello)}</p>`,
      `<p>${escapeHtml(said)}</p>`,
      `<p><a href="${link}" style="${BUTTON}">${escapeHtml(action)}</a></p>`,
      `<p style="color:#57606a;font-size:13px;word-break:break-all">${link}</p>`,
      `<p>${escapeHtml(after)}</p>`,
    ]),
  };
};

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as content or as the value of a quoted attribute. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

/**
 * A name comes from whoever signed up, maybe with somebody else's address: it is short, on one line, and no mail client
 * makes a link of it.
 */
const greeting = (name: string, locale: Locale): string => {
  const shown = name.replace(/\s+/g, ' ').trim();
  const harmless = shown !== '' && shown.length <= 80 && !/[:/@\\]|\.\S/.test(shown);
  return `${GREETINGS[locale]}${harmless ? ` ${shown}` : ''},`;
};

const BUTTON =
  'display:inline-block;padding:10px 18px;border-radius:6px;background:#1f4fd8;color:#ffffff;text-decoration:none';

const page = (locale: Locale, title: string, body: readonly string[]): string =>
  [
    `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head>`,
    '<body style="margin:0;padding:24px;font:15px/1.5 system-ui,sans-serif;color:#1f2328;background:#ffffff">',
    '<div style="max-width:560px;margin:0 auto">',
    ...body,
    '</div></body></html>',
    '',
  ].join('\n');
