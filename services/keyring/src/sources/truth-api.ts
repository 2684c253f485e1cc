import { parseRingDocument, RING_NAME } from '../document/codec.js';
import type { RingDocument } from '../document/document.js';
import { KeyringError } from '../document/errors.js';
import type { TruthReader } from '../truth.js';
import { type ApiServerOptions, createApiServer } from './api-server.js';
import type { HttpAnswer } from './bounded-http.js';

export interface ApiTruthOptions extends ApiServerOptions {
  /** Of the rings. */
  readonly namespace: string;
}

/** `v1` Secret or Status, as far as it is read here. */
interface Answer {
  readonly kind?: string;
  readonly reason?: string;
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly data?: Readonly<Record<string, string>>;
}

const parsed = (body: string): Answer | undefined => {
  try {
    return JSON.parse(body) as Answer;
  } catch {
    return undefined;
  }
};

/** A 404 says that the ring does not exist only if the API server says so of the Secret. */
const secretOf = ({ status, body }: HttpAnswer): Answer | undefined => {
  const answer = parsed(body);
  if (status === 200 && answer?.kind === 'Secret') return answer;
  if (status === 404 && answer?.kind === 'Status' && answer.reason === 'NotFound') return undefined;
  throw new Error(`the API server answered ${status}`);
};

/** The document of a Secret that says it is the truth of this ring; anybody may make a Secret of its name. */
const documentOf = (secret: Answer, ring: string, namespace: string): RingDocument => {
  const labels = secret.metadata?.labels ?? {};
  if (labels['keyturn.dev/ring'] !== ring || labels['keyturn.dev/ring-namespace'] !== namespace) {
    throw new Error('its Secret belongs to somebody else');
  }
  const document = parseRingDocument(Buffer.from(secret.data?.['ring.json'] ?? '', 'base64').toString('utf8'));
  const wrong = (field: string, rule: string) =>
    new KeyringError('ERR_RING_INVALID', `${field}: ${rule}`, { ring, field });
  if (document.form !== 'full') throw wrong('form', 'must be full in the truth');
  if (document.ring !== ring) throw wrong('ring', 'must be the one that its Secret is named after');
  if (document.ringId !== labels['keyturn.dev/ring-id']) throw wrong('ringId', 'must be the one in the label');
  return document;
};

/**
 * The truth in a cluster: the Secret `keyring-<ring>`, asked of the API server by the pod's own service account. Without a
 * resourceVersion it is a quorum read, so each one confirms. Needs `get` on that Secret.
 */
export const createKubernetesTruthReader = ({ namespace, ...options }: ApiTruthOptions): TruthReader => {
  const api = createApiServer(options);
  const find = async (ring: string, signal?: AbortSignal): Promise<RingDocument | undefined> => {
    const path = `/api/v1/namespaces/${namespace}/secrets/keyring-${ring}`;
    const secret = secretOf(await api.ask(path, signal && { signal }));
    return secret && documentOf(secret, ring, namespace);
  };
  return {
    read: async (ring, signal) => {
      if (!RING_NAME.test(ring)) throw new TypeError('the name of a ring is a DNS label');
      try {
        return await find(ring, signal);
      } catch (cause) {
        if (cause instanceof KeyringError) throw cause;
        const why = cause instanceof Error ? cause.message : 'unknown';
        const message = `the truth of ring ${ring} cannot be read: ${why}`;
        throw new KeyringError('ERR_TRUTH_UNREADABLE', message, { ring }, { cause });
      }
    },
  };
};
