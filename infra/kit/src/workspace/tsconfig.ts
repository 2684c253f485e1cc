export const TSCONFIG = 'tsconfig.json';

interface Tsconfig {
  readonly references?: readonly { readonly path: string }[];
}

const edited = (
  text: string,
  references: (all: readonly { readonly path: string }[]) => readonly { readonly path: string }[],
): string => {
  const config = JSON.parse(text) as Tsconfig;
  return `${JSON.stringify({ ...config, references: references(config.references ?? []) }, null, 2)}\n`;
};

/** The root's tsconfig.json with one more project, behind the services that are there. */
export const withReference = (text: string, folder: string): string =>
  edited(text, (all) =>
    all.toSpliced(all.findLastIndex(({ path }) => path.startsWith('./services/')) + 1, 0, { path: `./${folder}` }),
  );

export const withoutReference = (text: string, folder: string): string =>
  edited(text, (all) => all.filter(({ path }) => path !== `./${folder}`));
