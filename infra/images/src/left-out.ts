import type { App } from './apps.js';
import type { Wanted } from './arguments.js';

/** The apps that get an image, and why one does not. */
export interface Chosen {
  readonly apps: readonly App[];
  /** A sentence. */
  readonly leftOut?: string;
}

/** Why a service in Python can have no image; undefined when it can. `missing` is what putting it together lacks here. */
const obstacle = ({ base, push, pythonBase }: Wanted, missing: string | undefined): string | undefined =>
  (base !== undefined || push) && pythonBase === undefined
    ? 'its image is made over one whose entrypoint is Python 3.11, which --python-base names'
    : missing;

/**
 * Services in Python need more than the others. One that cannot have an image is left out, unless it was asked for by name: then
 * an Error says why.
 */
export const chooseApps = (wanted: Wanted, missing: string | undefined): Chosen => {
  const left = wanted.apps.find(({ dockerfile }) => dockerfile === 'python');
  const why = obstacle(wanted, missing);
  if (!left || why === undefined) return { apps: wanted.apps };
  if (wanted.named) throw new Error(`${left.name}: ${why}`);
  return {
    apps: wanted.apps.filter(({ dockerfile }) => dockerfile !== 'python'),
    leftOut: `${left.name} is left out: ${why}`,
  };
};
