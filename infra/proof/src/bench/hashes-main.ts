/** `node hashes-main.js PER_SECOND`: hashes passwords as the issuer does, at a steady rate, until it is ended. */
import { hashPassword } from 'better-auth/crypto';

setInterval(() => void hashPassword('a benchmark passphrase'), 1_000 / Number(process.argv[2]));
