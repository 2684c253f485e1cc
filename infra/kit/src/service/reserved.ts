import { names } from '@nx/devkit';

/** Components of the platform, objects of the chart, and keys of the local platform. */
const SERVICES = [
  'all',
  'auth',
  'crds',
  'dashboard',
  'default-deny',
  'jobs',
  'monitoring',
  'operator',
  'postgres',
  'test',
  'web',
];

/** Of every program, as far as a service uses them. */
const GLOBALS =
  'Array Boolean Date Error Function Map Number Object Promise Readonly Record Response Set String Symbol URL';

/** Folders of every service. */
const FOLDERS = ['migrations'];

/** Whether a service cannot have this name. */
export const isReservedService = (name: string): boolean => SERVICES.includes(name) || name.endsWith('-internal');

/** Every name that a source text imports from a package. */
export const importedNames = (text: string): string[] =>
  [...text.matchAll(/import (?:type )?\{([^}]*)\} from '[^.]/g)].flatMap(([, list = '']) =>
    list.split(',').map((name) => name.replace(/^\s*type /, '').trim()),
  );

/** What the code of a service declares by an entity's name. */
const declaredNames = (entity: string, records: string): string[] => {
  const [one, many] = [names(entity), names(records)];
  return [
    ...['', 'Change', 'Output', 'Page', 'Query'].map((suffix) => `${one.className}${suffix}`),
    ...['Controller', 'Module', 'Service'].map((suffix) => `${many.className}${suffix}`),
    `New${one.className}`,
    `${one.propertyName}Output`,
  ];
};

/** Whether the code of a service could not have this entity: a name would have two meanings. `imported`: in the templates. */
export const isReservedEntity = (entity: string, records: string, imported: ReadonlySet<string>): boolean =>
  FOLDERS.includes(records) ||
  declaredNames(entity, records).some((name) => imported.has(name) || GLOBALS.split(' ').includes(name));
