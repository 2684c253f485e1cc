import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../processes/command.js';

export interface CertificateRequest {
  /** Base name of the `.crt` and `.key` files. */
  readonly name: string;
  /** In the form `/O=…/CN=…`. */
  readonly subject: string;
  /** One X.509v3 extension, in the form of openssl's extension files. */
  readonly extension: string;
}

const DAYS = '365';
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

const openssl = (folder: string, ...args: string[]): Promise<string> => runCommand('openssl', args, { cwd: folder });

/** Makes `ca.crt` and `ca.key`. */
export const makeAuthority = (folder: string, subject: string): Promise<string> =>
  openssl(folder, 'req', '-x509', ...NEW_KEY, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', DAYS, '-subj', subject);

/** Makes a key and a certificate that the authority of the folder signed. */
export const makeCertificate = async (folder: string, request: CertificateRequest): Promise<void> => {
  const { name, subject, extension } = request;
  writeFileSync(join(folder, `${name}.ext`), `${extension}\n`);
  await openssl(folder, 'req', '-new', ...NEW_KEY, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject);
  const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
  const files = ['-in', `${name}.csr`, '-extfile', `${name}.ext`, '-out', `${name}.crt`];
  await openssl(folder, 'x509', '-req', ...authority, '-days', DAYS, ...files);
};
