import { Client } from 'pg';

/**
 * A connection whose server stopped answering is cut, so that it does not go back to the pool with an answer pending.
 */
export class BoundedClient extends Client {
  // The driver's `query` has a dozen signatures; all that matters is the promise that comes back, if one does.
  override query(...args: unknown[]): never {
    const result = (super.query as (...all: unknown[]) => unknown).apply(this, args);
    if (result instanceof Promise) result.catch((error: Error) => this.#cutOnTimeout(error));
    return result as never;
  }

  #cutOnTimeout(error: Error): void {
    if (error.message !== 'Query read timeout') return;
    const { connection } = this as unknown as { connection: { stream: { destroy(error: Error): void } } };
    connection.stream.destroy(error);
  }
}
