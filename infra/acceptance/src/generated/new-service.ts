import { join } from 'node:path';
import { WorkspaceCopy } from '@keyturn/workspace';
import { outsideNx } from '../environment.js';
import { run } from '../programs.js';

/** A service that the kit's generator adds, in a copy of this workspace: the checkout stays as it is. */
export class NewService {
  readonly workspace = new WorkspaceCopy();

  constructor(
    readonly name: string,
    /** How `npm run images` gives the image to the cluster, such as `--load`. */
    private readonly images: readonly string[],
  ) {}

  /** The chart with the service's block in its values. */
  get chart(): string {
    return this.workspace.path('charts/keyturn');
  }

  generate(): Promise<string> {
    return this.node('node_modules/nx/dist/bin/nx.js', 'g', '@keyturn/kit:service', this.name);
  }

  async buildImage(): Promise<void> {
    const compiler = 'node_modules/@typescript/native/bin/tsc';
    await this.node(compiler, '-b', `services/${this.name}`, 'infra/images', 'infra/cluster');
    await this.node('infra/images/dist/main.js', ...this.images, this.name);
  }

  /** Takes the service out of the copy again. */
  takeOut(): Promise<string> {
    return this.node('node_modules/nx/dist/bin/nx.js', 'g', '@keyturn/kit:service-remove', this.name);
  }

  private node(file: string, ...args: string[]): Promise<string> {
    const cwd = this.workspace.root;
    return run(process.execPath, [join(cwd, file), ...args], { cwd, environment: outsideNx() });
  }
}
