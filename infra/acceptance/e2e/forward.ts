import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { NAMESPACE } from '@keyturn/acceptance';

export interface Forwarded {
  readonly url: string;
  close(): Promise<void>;
}

/** A pod's management port at an address of this machine, through the API server as `kubectl port-forward` does it. */
export const forwardTo = async (pod: string): Promise<Forwarded> => {
  const args = ['--namespace', NAMESPACE, 'port-forward', `pod/${pod}`, ':9000', '--address', '127.0.0.1'];
  const child = spawn('kubectl', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
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
