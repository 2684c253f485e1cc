import { KeyringError, type Signer } from '@keyturn/keyring';
import { importJWK, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';

type Key = Awaited<ReturnType<typeof importJWK>>;

/**
 * Signs with the key that the ring says is active, imported once. One path for all algorithms: an asymmetric key comes
 * as a JWK, an HS256 secret as base64url text that stands for its bytes.
 */
export class SigningKeys {
  private last: { readonly kid: string; readonly key: Promise<Key> } | undefined;

  async sign(payload: JWTPayload, header: object | undefined, signer: Signer): Promise<string> {
    const key = await this.keyOf(signer);
    // `typ` first, so that a caller's own one (`at+jwt`) wins; `alg` and `kid` last, so that nobody else's do.
    const protectedHeader: JWTHeaderParameters = { typ: 'JWT', ...header, alg: signer.algorithm, kid: signer.kid };
    return new SignJWT(payload).setProtectedHeader(protectedHeader).sign(key);
  }

  private keyOf(signer: Signer): Promise<Key> {
    if (this.last?.kid !== signer.kid) {
      const key = importSigner(signer);
      this.last = { kid: signer.kid, key };
      key.catch(() => {
        if (this.last?.key === key) this.last = undefined;
      });
    }
    return this.last!.key;
  }
}

const importSigner = async ({ kid, algorithm, jwk, secret }: Signer): Promise<Key> => {
  if (jwk) return importJWK({ ...jwk }, algorithm);
  if (secret && algorithm === 'HS256') return new Uint8Array(Buffer.from(secret, 'base64url'));
  throw new KeyringError('ERR_RING_CANNOT_SIGN', `key ${kid} cannot sign tokens`);
};
