/** Counts requests that a generation still serves, so that others can wait for the last one. */
export class RequestsInFlight {
  private count = 0;
  private waiting: (() => void)[] = [];

  get idle(): boolean {
    return this.count === 0;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    this.count += 1;
    try {
      return await work();
    } finally {
      this.count -= 1;
      if (this.count === 0) {
        for (const resolve of this.waiting.splice(0)) resolve();
      }
    }
  }

  /** Resolves once nothing is in flight. */
  ended(): Promise<void> {
    return this.idle ? Promise.resolve() : new Promise((resolve) => this.waiting.push(resolve));
  }
}
