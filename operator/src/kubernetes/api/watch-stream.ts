import type { IncomingMessage } from 'node:http';
import { errorOfAnswer, type StatusBody } from './errors.js';
import { type Call, failure } from './exchange.js';
import type { WatchEvent } from './objects.js';

/** More than any object of the API may have. */
const MAX_LINE = 16 * 1024 * 1024;

/** Complete lines of a stream; what is left of a stream that was cut is no event. */
async function* lines(stream: AsyncIterable<Buffer>, heard: () => void): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    heard();
    rest += decoder.decode(chunk, { stream: true });
    if (rest.length > MAX_LINE) throw new Error('a line of the watch is too long');
    const complete = rest.split('\n');
    rest = complete.pop() ?? '';
    yield* complete.filter((line) => line !== '');
  }
}

/**
 * The events of a watch. A connection can die without a word: one that is silent for longer than bookmarks are apart is
 * ended as unreachable.
 */
export async function* readWatch<T>(
  call: Call,
  answer: IncomingMessage,
  silenceMs: number,
): AsyncGenerator<WatchEvent<T>> {
  const silent = (): void => void answer.destroy(new Error(`nothing was heard for ${silenceMs} ms`));
  let timer = setTimeout(silent, silenceMs);
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(silent, silenceMs);
  };
  try {
    for await (const line of lines(answer, heard)) {
      const { type, object } = JSON.parse(line) as { type: string; object: unknown };
      if (type === 'ERROR') {
        const status = object as StatusBody;
        throw errorOfAnswer('GET', call.path.split('?')[0] ?? '', status.code ?? 500, status);
      }
      yield { type: type as WatchEvent<T>['type'], object: object as T };
    }
  } catch (error) {
    throw failure(call, error);
  } finally {
    clearTimeout(timer);
    answer.destroy();
  }
}
