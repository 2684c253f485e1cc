import { ProblemException } from '@keyturn/guard';
import type { ApiServer } from '@keyturn/keyring';
import { type KeyRing, type KeyRotation, keyRingSummary, keyRotationOf, rotationToAbort } from './custom-resources.js';
import type { Operator } from './operator.js';
import type { RotationRequest } from './rotation-request.js';
import { keyRotationSummary, latestRuns } from './run-summary.js';
import { sharedRead } from './shared-read.js';

type Answer = Awaited<ReturnType<ApiServer['ask']>>;

interface List<T> {
  readonly items: readonly T[];
}

/** The runs of all rings are one list, and a page of keys asks for those of each ring, in every tab, every second or two. */
const RUNS_SHARED_MS = 1_000;

/**
 * The operator of a cluster: KeyRotations are what it is asked, KeyRings what it says. The service account may get and list
 * both, create and patch KeyRotations, and nothing else of them; a patch can only say `abort`, since the rest of a run is
 * immutable.
 */
export const clusterOperator = (api: ApiServer, namespace: string): Operator => {
  const pathOf = (plural: string, name = ''): string =>
    `/apis/keyturn.dev/v1alpha1/namespaces/${namespace}/${plural}${name && `/${encodeURIComponent(name)}`}`;

  const create = async (request: Exclude<RotationRequest, { kind: 'abort' }>): Promise<string> => {
    try {
      understand(await api.ask(pathOf('keyrotations'), { method: 'POST', body: keyRotationOf(request, namespace) }));
    } catch (error) {
      // The answer may be what was lost: a second request would be a second rotation, so look first.
      if (error instanceof ProblemException || !(await exists(pathOf('keyrotations', request.id)))) throw error;
    }
    return request.id;
  };

  const rotations = async (): Promise<readonly KeyRotation[]> =>
    understand<List<KeyRotation>>(await api.ask(pathOf('keyrotations'))).items;
  const recentRotations = sharedRead(rotations, RUNS_SHARED_MS);

  const exists = async (path: string): Promise<boolean> => {
    const answer = await api.ask(path).catch(() => undefined);
    return answer?.status === 200;
  };

  const abort = async (ring: string): Promise<string> => {
    const rotation = rotationToAbort(await rotations(), ring);
    if (!rotation) {
      const detail = 'No rotation of this ring is under way.';
      throw new ProblemException({ status: 409, code: 'ERR_NOTHING_TO_ABORT', detail });
    }
    const { name } = rotation.metadata;
    understand(await api.ask(pathOf('keyrotations', name), { method: 'PATCH', body: { spec: { abort: true } } }));
    return `${name}.abort`;
  };

  return {
    rings: async () => {
      const { items } = understand<List<KeyRing>>(await api.ask(pathOf('keyrings')));
      return items.map(keyRingSummary);
    },
    runs: async (ring) => latestRuns((await recentRotations.get()).map(keyRotationSummary), ring),
    ask: (request) =>
      (request.kind === 'abort' ? abort(request.ring) : create(request)).finally(() => recentRotations.forget()),
  };
};

/** The object of a success. Throws ProblemException for what the schema refuses: it names the field and the rule. */
const understand = <T>({ status, body }: Answer): T => {
  if (status >= 200 && status < 300) return JSON.parse(body) as T;
  const said = messageIn(body);
  if (status === 422) throw new ProblemException({ status: 400, code: 'ERR_REQUEST_REFUSED', detail: said });
  throw new Error(`the API server answered ${status}: ${said}`);
};

const messageIn = (body: string): string => {
  try {
    const { message } = JSON.parse(body) as { readonly message?: unknown };
    return typeof message === 'string' ? message.slice(0, 1_000) : 'no reason';
  } catch {
    return 'no reason';
  }
};
