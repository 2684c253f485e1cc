import { Agent, type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** One request over the agent's connection; rejects with the error of the connection, as nothing is tried again. */
const ask = (url: string, agent: Agent): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { agent }, (answer) => {
      answer.once('error', reject).once('end', () => resolve(answer));
      answer.resume();
    });
    asked.once('error', reject).end();
  });

export interface Readers {
  /** Statuses and error codes, counted. */
  readonly outcomes: ReadonlyMap<string, number>;
  total(): number;
  stop(): Promise<void>;
}

/**
 * As a proxy does: a keep-alive connection each, one request after the other with a pause of up to 400 ms. Where a request
 * goes is asked before each one; `leave` is told when an answer said that the connection ends.
 */
export const startReaders = (options: {
  readonly readers: number;
  readonly target: (reader: number) => string;
  readonly leave: (reader: number) => void;
}): Readers => {
  const outcomes = new Map<string, number>();
  const state = { running: true };
  const read = async (at: number): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (state.running) {
      const outcome = await ask(options.target(at), agent).then(
        ({ statusCode, headers }) => {
          if (headers.connection === 'close') options.leave(at);
          return String(statusCode);
        },
        (error: NodeJS.ErrnoException) => error.code ?? error.message,
      );
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      await sleep((400 * at) / options.readers);
    }
    agent.destroy();
  };
  const all = Array.from({ length: options.readers }, (_, at) => read(at));
  return {
    outcomes,
    total: () => [...outcomes.values()].reduce((sum, count) => sum + count, 0),
    stop: async () => {
      state.running = false;
      await Promise.all(all);
    },
  };
};
