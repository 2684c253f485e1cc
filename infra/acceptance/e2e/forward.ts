import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { NAMESPACE } from '@keyturn/acceptance';

export interface Forwarded {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A pod's management port at an address of this machine, through the API server as `kubectl port-forward` does it. Rejects
 * when kubectl ends, or takes a minute, before it is there.
 */
export const forwardTo = async (pod: string): Promise<Forwarded> => {
  const args = ['--namespace', NAMESPACE, 'port-forward', `pod/${pod}`, ':9000', '--address', '127.0.0.1'];
  const child = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const said = once(child.stdout, 'data', { signal: AbortSignal.timeout(60_000) }).catch((cause: unknown) => {
    child.kill();
    throw new Error(`waited 60 s for the way to pod ${pod}`, { cause });
  });
  const ended = once(child, 'close').then(([code]: unknown[]) => {
    throw new Error(`the way to pod ${pod} ended with ${String(code)}`);
  });
  const [line] = (await Promise.race([said, ended])) as [Buffer];
  const url = `http://127.0.0.1:${line.toString().match(/127\.0\.0\.1:(\d+)/)?.[1]}`;
  return {
    url,
    close: async () => {
      const closed = once(child, 'close');
      child.kill();
      await closed;
    },
  };
};
