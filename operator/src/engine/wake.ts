/** Lets loops wait for a change that somebody else notices. A missed one costs only the caller's time. */
export class Wake {
  private waiting = new Set<() => void>();

  /** Everybody who waits goes on. */
  wake(): void {
    const waiting = this.waiting;
    this.waiting = new Set();
    for (const resume of waiting) resume();
  }

  /** Resolves at the next change, after `ms`, or when the signal fires. */
  changed(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const resume = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', resume);
        this.waiting.delete(resume);
        resolve();
      };
      const timer = setTimeout(resume, ms);
      signal.addEventListener('abort', resume, { once: true });
      this.waiting.add(resume);
    });
  }
}
