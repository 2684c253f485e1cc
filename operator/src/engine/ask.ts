import { Agent, type IncomingMessage, request } from 'node:http';

export interface Asking {
  /** Sent as JSON with POST; without it the question is a GET. */
  readonly body?: object;
  /** Bound on the whole exchange, milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const MAX_ANSWER_BYTES = 256 * 1024;

/**
 * A connection is closed with its answer. Kept ones would be one for each of thousands of processes, each with buffers on
 * both sides, for the sake of a round that may come in a month.
 */
const UNKEPT = new Agent({ keepAlive: false });

/** The body; undefined when it is larger than an answer may be, however long it would go on, or was cut. */
async function boundedText(answer: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const isSuccess = ({ statusCode = 0 }: IncomingMessage): boolean => statusCode >= 200 && statusCode < 300;

/** One question to one process. Resolves with the value of a success, undefined for everything else; never rejects. */
export async function ask(url: URL, { body, timeoutMs, signal }: Asking): Promise<unknown> {
  if (signal?.aborted) return undefined;
  const text = body && JSON.stringify(body);
  const headers = text === undefined ? {} : { 'content-type': 'application/json' };
  const method = text === undefined ? 'GET' : 'POST';
  const asked = request(url, { method, headers, agent: UNKEPT, ...(signal && { signal }) });
  const late = setTimeout(() => asked.destroy(), timeoutMs);
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      asked.once('response', resolve);
      // Also one that comes after the answer has begun.
      asked.on('error', reject);
      asked.end(text);
    });
    const said = isSuccess(answer) ? await boundedText(answer) : undefined;
    return said === undefined ? undefined : JSON.parse(said);
  } catch {
    // Refused, cut, too slow or not JSON: in each case there is no evidence of this process.
    return undefined;
  } finally {
    clearTimeout(late);
    asked.destroy();
  }
}
