import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateFiles, type GeneratorCallback, logger, names, type Tree } from '@nx/devkit';
import { formatFolder } from '../workspace/format.ts';
import { LOCKFILE, withPackage } from '../workspace/lockfile.ts';
import { missingIn } from '../workspace/requirements.ts';
import { packageNameOf, readManifest, readRuntime, readText, readWorkspace } from '../workspace/read.ts';
import { TSCONFIG, withReference } from '../workspace/tsconfig.ts';
import { tokenRingIn, VALUES, withBlock } from '../workspace/values.ts';
import { blockOf } from './block.ts';
import { type Manifest, manifestOf, type ServiceManifest } from './manifest.ts';
import { isThere, planService, type ServicePlan } from './plan.ts';
import { importedNames } from './reserved.ts';

export interface ServiceOptions {
  readonly name: string;
  /** What it keeps, in the singular; default: the singular of the name. */
  readonly entity?: string;
  /** Its own port; default: the next free one. */
  readonly port?: number;
}

const TEMPLATES = join(import.meta.dirname, '../../templates');

/** Every word that the templates put somewhere. */
const words = (plan: ServicePlan, manifest: ServiceManifest, references: readonly string[]) => {
  const title = plan.entity.replaceAll('-', ' ');
  const titles = plan.records.replaceAll('-', ' ');
  return {
    ...plan,
    packageName: manifest.name,
    manifest: JSON.stringify(manifest, null, 2),
    references,
    Service: names(plan.service).className,
    serviceProperty: names(plan.service).propertyName,
    Entity: names(plan.entity).className,
    entityProperty: names(plan.entity).propertyName,
    Records: names(plan.records).className,
    table: plan.records.replaceAll('-', '_'),
    title,
    titles,
    Titles: `${titles.charAt(0).toUpperCase()}${titles.slice(1)}`,
    timestamp: String(Date.now()),
  };
};

/** Projects of this workspace that the service is compiled after; elsewhere they are installed. */
const referencesIn = (tree: Tree): string[] =>
  ['guard', 'runtime'].flatMap((name) =>
    tree.exists(`services/${name}/tsconfig.lib.json`) ? [`../${name}/tsconfig.lib.json`] : [],
  );

/** Whatever the templates import, in any of them. */
const importedByTemplates = (): ReadonlySet<string> => {
  const files = readdirSync(TEMPLATES, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts.template'),
  );
  return new Set(files.flatMap((name) => importedNames(readFileSync(join(TEMPLATES, name), 'utf8'))));
};

const edit = (tree: Tree, path: string, change: (text: string) => string): void =>
  tree.write(path, change(readText(tree, path)));

/** Commands that the workspace has. */
const said = ({ service, records }: ServicePlan, name: string, { scripts = {} }: Manifest): string => {
  const start = ['  npm start                         the platform, this service included'];
  const images = [`  npm run images -- ${service.padEnd(16)}its image; the chart has its block already`];
  const lines = [
    `  npx nx test ${name.padEnd(22)}its tests`,
    ...(scripts['start'] === undefined ? [] : start),
    ...(scripts['images'] === undefined ? [] : images),
  ];
  return `\nservices/${service} answers /api/{userId}/${records} for users with ${records}:read and ${records}:write.\n\n${lines.join('\n')}\n`;
};

/**
 * Adds a service behind the guard to the workspace. Throws an Error, before anything is changed, with a line for each option
 * that cannot be. A second run with the same options changes nothing and says so; with others it is refused.
 */
export default async function serviceGenerator(
  tree: Tree,
  options: ServiceOptions,
): Promise<GeneratorCallback | undefined> {
  const missing = missingIn(tree);
  if (missing.length > 0) throw new Error(`this workspace lacks what a service needs:\n${missing.join('\n')}`);
  const workspace = { ...readWorkspace(tree), imported: importedByTemplates() };
  if (isThere(options, workspace)) {
    logger.info(`\nservices/${options.name} is there already, with these options: nothing is changed.\n`);
    return undefined;
  }
  const plan = planService(options, workspace);
  const folder = `services/${plan.service}`;
  const root = readManifest(tree, 'package.json');
  const manifest = manifestOf(packageNameOf(plan.service, root), plan.service, root, readRuntime(tree));
  const given = words(plan, manifest, referencesIn(tree));
  generateFiles(tree, join(TEMPLATES, 'service'), folder, given);
  generateFiles(tree, join(TEMPLATES, 'docs'), 'docs/services', given);
  edit(tree, VALUES, (text) => withBlock(text, blockOf(plan, tokenRingIn(text))));
  edit(tree, TSCONFIG, (text) => withReference(text, folder));
  edit(tree, LOCKFILE, (text) => withPackage(text, folder, manifest));
  return () => {
    formatFolder(tree.root, folder);
    logger.info(said(plan, manifest.name, root));
  };
}
