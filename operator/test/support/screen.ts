export interface Screen {
  /** Top to bottom, as many as the terminal has. */
  readonly rows: readonly string[];
  /** What has left it at the top for good. */
  readonly scrolledAway: readonly string[];
}

/** `ESC[nA` = up, `ESC[0J` = erase what follows; a new line; text. Nothing else is understood. */
// oxlint-disable-next-line no-control-regex -- it is what terminals are told by
const PARTS = /\u001b\[(\d+)A|\u001b\[0J|\r\n|[^\u001b\r\n]+/gy;

/** What a terminal of so many rows and columns shows of an output. Throws at what it does not understand. */
export function screenOf(output: string, height: number, width: number): Screen {
  const rows: string[] = Array.from({ length: height }, () => '');
  const scrolledAway: string[] = [];
  let at = 0;
  let understood = 0;
  const down = (): void => {
    if (++at < height) return;
    at = height - 1;
    scrolledAway.push(rows.shift() ?? '');
    rows.push('');
  };
  for (const match of output.matchAll(PARTS)) {
    const [part, up] = match;
    understood = match.index + part.length;
    if (up !== undefined) at = Math.max(0, at - Number(up));
    else if (part === '\r\n') down();
    else if (part === '\u001b[0J') rows.fill('', at);
    else {
      for (let from = 0; from < part.length; from += width) {
        if (from > 0) down();
        rows[at] = part.slice(from, from + width);
      }
    }
  }
  if (understood < output.length)
    throw new Error(`not understood: ${JSON.stringify(output.slice(understood, understood + 20))}`);
  return { rows, scrolledAway };
}
