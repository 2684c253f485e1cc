import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRingDocument, RING_NAME } from '../document/codec.js';
import type { RingDocument } from '../document/document.js';
import { KeyringError } from '../document/errors.js';
import type { TruthReader } from '../truth.js';
import { createBoundedGet, type GetResult } from './bounded-get.js';

export interface ApiTruthOptions {
  /** Base URL of the API server. */
  readonly server: string;
  /** Of the rings. */
  readonly namespace: string;
  /** Folder with `token` and `ca.crt`, both read again as they are renewed; default: where a pod has them. */
  readonly credentials?: string;
  /** Bound on one read, milliseconds, default 2,000. */
  readonly timeoutMs?: number;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** The API server takes objects of some 1.5 MiB, and adds to them. */
const MAX_BYTES = 4 * 1_048_576;

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
const secretOf = ({ status, body }: GetResult): Answer | undefined => {
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
export const createKubernetesTruthReader = (options: ApiTruthOptions): TruthReader => {
  const { server, namespace, credentials = SERVICE_ACCOUNT, timeoutMs = 2000 } = options;
  const http = createBoundedGet({ timeoutMs, maxBytes: MAX_BYTES, caFile: join(credentials, 'ca.crt') });
  const find = async (ring: string, signal?: AbortSignal): Promise<RingDocument | undefined> => {
    const token = (await readFile(join(credentials, 'token'), 'utf8')).trim();
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
    const url = new URL(`/api/v1/namespaces/${namespace}/secrets/keyring-${ring}`, server);
    const secret = secretOf(await http.get(url, { headers, ...(signal && { signal }) }));
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
