import { join } from 'node:path';
import { createFileTruthReader, KeyringError } from '@keyturn/keyring';
import { createManagementServer } from '@keyturn/keyring/management';

/** Serves the ring documents of a state directory, until the line to it is cut. */
export interface DocumentServer {
  readonly url: string;
  /** From now on nobody learns anything new here. */
  cut(): void;
  mend(): void;
  stop(): Promise<void>;
}

export async function startDocumentServer(state: string): Promise<DocumentServer> {
  const reader = createFileTruthReader(join(state, 'truth'));
  let isCut = false;
  const server = createManagementServer({
    port: 0,
    host: '127.0.0.1',
    documents: {
      document: (ring) => {
        if (isCut) throw new KeyringError('ERR_TRUTH_UNREADABLE', 'the line is cut', { ring });
        return reader.read(ring);
      },
    },
  });
  const { url } = await server.start();
  return {
    url,
    cut: () => {
      isCut = true;
    },
    mend: () => {
      isCut = false;
    },
    stop: () => server.stop(),
  };
}
