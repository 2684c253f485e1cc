import { item, PODS } from '@keyturn/operator/kubernetes';
import type { Kubernetes } from '../cluster/kubernetes.js';

const tell = async ({ api, namespace }: Kubernetes, pod: string, what: 'cut' | 'mend'): Promise<void> => {
  await api.get(`${item(PODS, namespace, `${pod}:9001`, 'proxy')}/${what}`);
};

/** From now on a verifier of `verifiers` goes on verifying and answers nobody who asks for its receipts. */
export const cutReceipts = (kubernetes: Kubernetes, pod: string): Promise<void> => tell(kubernetes, pod, 'cut');

export const mendReceipts = (kubernetes: Kubernetes, pod: string): Promise<void> => tell(kubernetes, pod, 'mend');
