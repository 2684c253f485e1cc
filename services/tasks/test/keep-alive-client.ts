import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request over the agent's connection; rejects with the error of the connection, as nothing is tried again. */
export const send = (url: string, token: string, agent: Agent): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, headers: { authorization: `Bearer ${token}` } }, (incoming) => {
      let body = '';
      incoming.on('data', (chunk) => (body += chunk));
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body }));
      incoming.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end();
  });

export interface Load {
  /** Statuses and error codes, counted. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly refusals: readonly Reply[];
  stop(): Promise<void>;
}

/**
 * Clients with a keep-alive connection each, one request after the other with a pause of up to `pauseMs`. Where a
 * request goes is asked before each one; `leave` is told when an answer said that the connection ends.
 */
export const startLoad = (options: {
  readonly clients: number;
  readonly token: string;
  readonly target: (client: number) => string;
  readonly leave?: (client: number) => void;
  readonly pauseMs?: number;
}): Load => {
  const outcomes = new Map<string, number>();
  const refusals: Reply[] = [];
  const state = { running: true };
  const client = async (at: number): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const pause = Math.round(((options.pauseMs ?? 0) * at) / options.clients);
    while (state.running) {
      const outcome = await send(options.target(at), options.token, agent).then(
        (reply) => {
          if (reply.headers.connection === 'close') options.leave?.(at);
          if (reply.status !== 200) refusals.push(reply);
          return String(reply.status);
        },
        (error: NodeJS.ErrnoException) => error.code ?? error.message,
      );
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (pause > 0) await sleep(pause);
    }
    agent.destroy();
  };
  const clients = Array.from({ length: options.clients }, (_, at) => client(at));
  return {
    outcomes,
    refusals,
    stop: async () => {
      state.running = false;
      await Promise.all(clients);
    },
  };
};
