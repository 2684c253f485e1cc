/** The ring document as pure data: what pure code elsewhere may import (`@keyturn/keyring/document`). */
export * from './document.js';
export { KeyringError, type KeyringErrorCode } from './errors.js';
