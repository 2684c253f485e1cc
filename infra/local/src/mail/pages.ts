import type { Message } from './message.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title>
<link rel="stylesheet" href="/mail.css">
<main>${body}</main>
`;

const time = (message: Message): string =>
  `<time datetime="${escape(message.receivedAt)}">${escape(message.receivedAt.slice(0, 19).replace('T', ' '))} UTC</time>`;

/** The list of mails, newest first. */
export const listPage = (messages: readonly Message[]): string => {
  const rows = messages.map(
    (message) =>
      `<li><a href="/messages/${escape(message.id)}"><b>${escape(message.subject || '(no subject)')}</b>` +
      `<span>to ${escape(message.to.join(', '))}</span>${time(message)}</a></li>`,
  );
  const empty = '<p class="empty">No mail yet. Verification and reset mails of the platform arrive here.</p>';
  return page('Mail', `<h1>Mail</h1>${rows.length > 0 ? `<ul class="list">${rows.join('')}</ul>` : empty}`);
};

/**
 * One mail: its links, its text, and its HTML in a frame that may do nothing but open a link in a tab of its own, which then
 * is an ordinary one.
 */
export const messagePage = (message: Message): string => {
  const links = message.links.map(
    (link) => `<li><a href="${escape(link)}" target="_blank" rel="noreferrer noopener">${escape(link)}</a></li>`,
  );
  const html = `<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" title="HTML of the mail" srcdoc="${escape(`<base target="_blank">${message.html}`)}"></iframe>`;
  return page(
    message.subject,
    `<p><a href="/">All mail</a></p><h1>${escape(message.subject || '(no subject)')}</h1>` +
      `<p class="meta">from ${escape(message.from)}<br>to ${escape(message.to.join(', '))}<br>${time(message)}</p>` +
      (links.length > 0 ? `<h2>Links</h2><ul class="links">${links.join('')}</ul>` : '') +
      (message.text ? `<h2>Text</h2><pre>${escape(message.text)}</pre>` : '') +
      (message.html ? `<h2>HTML</h2>${html}` : ''),
  );
};
