import { createColors } from 'picocolors';
import type { Progress } from '../platform/options.js';

/** Where the launcher writes. */
export interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export type Colors = ReturnType<typeof createColors>;

/** Shows the steps of a start: one line each, the current one with its seconds counting on a terminal. */
export class ProgressLines {
  private current: { readonly step: string; readonly since: number } | undefined;
  private ticker: NodeJS.Timeout | undefined;

  constructor(
    private readonly screen: Screen,
    private readonly colors: Colors,
  ) {}

  readonly show = ({ step, state, note }: Progress): void => {
    const seconds = this.current?.step === step ? this.seconds() : undefined;
    this.clear();
    if (state === 'begun') this.begin(step);
    else {
      const taken = seconds === undefined ? '' : this.colors.dim(` ${seconds} s`);
      const mark = state === 'done' ? this.colors.green('✓') : this.colors.yellow('–');
      this.screen.write(`  ${mark} ${step.padEnd(20)}${taken}${note ? ` ${note}` : ''}\n`);
    }
  };

  /** Ends the counting line, so that something else can be written. */
  clear(): void {
    clearInterval(this.ticker);
    if (this.current && this.screen.isTTY) this.screen.write('\r\u001B[K');
    this.current = undefined;
  }

  private begin(step: string): void {
    this.current = { step, since: performance.now() };
    if (!this.screen.isTTY) {
      this.screen.write(`  … ${step}\n`);
      return;
    }
    this.draw();
    this.ticker = setInterval(() => this.draw(), 200);
  }

  private draw(): void {
    this.screen.write(`\r  ${this.colors.cyan('…')} ${(this.current?.step ?? '').padEnd(20)} ${this.seconds()} s`);
  }

  private seconds(): string {
    return ((performance.now() - (this.current?.since ?? 0)) / 1000).toFixed(1);
  }
}
