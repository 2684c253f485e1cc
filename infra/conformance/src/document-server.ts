import { createManagementServer } from '@keyturn/keyring/management';
import { type AnyRingDocument, KeyringError } from '@keyturn/keyring';

/** What stands for the truth and its servers: real HTTP, and the faults that a test asks for. */
export interface DocumentServer {
  readonly url: string;
  /** What it serves from now on; undefined: it knows no such ring. */
  serve(document: AnyRingDocument | undefined): void;
  /** `all` answers, `unconfirmed`: the truth cannot be read (503 to `confirm`), `none`: nothing can be served. */
  answer(what: 'all' | 'unconfirmed' | 'none'): void;
  /** Requests for a document so far. */
  asked(): number;
  stop(): Promise<void>;
}

const unreadable = (): KeyringError => new KeyringError('ERR_TRUTH_UNREADABLE', 'the truth cannot be read');

export async function startDocumentServer(first?: AnyRingDocument): Promise<DocumentServer> {
  let current = first;
  let answering = 'all';
  let asked = 0;
  const server = createManagementServer({
    port: 0,
    host: '127.0.0.1',
    documents: {
      document: (ring, { confirm }) => {
        asked += 1;
        if (answering === 'none' || (confirm && answering === 'unconfirmed')) return Promise.reject(unreadable());
        return Promise.resolve(current?.ring === ring ? current : undefined);
      },
    },
  });
  const { url } = await server.start();
  return {
    url,
    serve: (document) => void (current = document),
    answer: (what) => void (answering = what),
    asked: () => asked,
    stop: () => server.stop(),
  };
}
