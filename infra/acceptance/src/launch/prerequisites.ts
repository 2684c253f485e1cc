import { readFileSync } from 'node:fs';

/** CAP_SYS_ADMIN of capabilities(7): containers need it to mount anything. */
const SYS_ADMIN = 1n << 21n;

/** Why no node can run on this machine; undefined when one can. */
export const whyNoNode = (
  platform: string = process.platform,
  uid: number | undefined = process.getuid?.(),
  status: () => string = () => readFileSync('/proc/self/status', 'utf8'),
): string | undefined => {
  if (platform !== 'linux') return `a node runs on Linux only, not on ${platform}; KUBECONFIG names another cluster`;
  if (uid !== 0) return 'a node needs root; KUBECONFIG names another cluster';
  const effective = BigInt(`0x${status().match(/^CapEff:\s*([0-9a-f]+)$/m)?.[1] ?? '0'}`);
  return (effective & SYS_ADMIN) === 0n
    ? 'root may not mount anything here (CAP_SYS_ADMIN), so no container can run; KUBECONFIG names another cluster'
    : undefined;
};
