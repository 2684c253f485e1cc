import { writeFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';

interface Figure {
  readonly what: string;
  readonly value: string;
  readonly note: string;
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;

/** What a run measured, for a page of docs/reports. */
export class Figures {
  /** What else goes on: figures of a busy machine are those of a busy machine. */
  private readonly loadBefore = loadavg()[0] ?? 0;
  private readonly sections = new Map<string, Figure[]>();

  add(section: string, what: string, value: string, note = ''): void {
    this.sections.set(section, [...(this.sections.get(section) ?? []), { what, value, note }]);
    process.stderr.write(`  ${section}: ${what}: ${value}${note && ` (${note})`}\n`);
  }

  page(command: string, date: string): string {
    const cpu = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`;
    const machine = `${type()} ${release()}, ${cpu}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
    const sections = [...this.sections].flatMap(([name, figures]) => [
      `## ${name}`,
      ['| what | figure | |', '| --- | --- | --- |', ...figures.map(row)].join('\n'),
    ]);
    return `${[
      '# The platform on a real cluster',
      `Made by \`${command}\` on ${date}: ${machine}. The cluster, the platform, its database and its users share this machine; its load average was ${this.loadBefore.toFixed(1)} before the run began.`,
      ...sections,
    ].join('\n\n')}\n`;
  }

  write(file: string): void {
    writeFileSync(file, this.page('npm run test:cluster -- --report', new Date().toISOString().slice(0, 10)));
  }
}

const row = ({ what, value, note }: Figure): string => `| ${what} | ${value} | ${note} |`;
