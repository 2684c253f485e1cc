import { pluralOf, singularOf } from './plural.ts';
import { isReservedEntity, isReservedService } from './reserved.ts';

/** What the workspace has already, as far as a new service could be in its way. */
export interface Workspace {
  /** Names below services/, and those of blocks in the chart's values. */
  readonly services: readonly string[];
  /** Who has which port as its own. */
  readonly ports: Readonly<Record<string, number>>;
  /** Paths that services answer, by service. */
  readonly paths: Readonly<Record<string, readonly string[]>>;
  /** Names that the templates import. */
  readonly imported: ReadonlySet<string>;
}

/** The words of a new service. Those of several parts have dashes: `order-lines`. */
export interface ServicePlan {
  readonly service: string;
  /** Singular. */
  readonly entity: string;
  /** Plural: in paths, permissions and the table's name. */
  readonly records: string;
  readonly port: number;
  /** The route of the chart, as a regular expression. */
  readonly path: string;
}

const NAME = /^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/;
const LONGEST = 30;
const FIRST_PORT = 3100;
const PORTS = { min: 1024, max: 59_535 };

const NAME_RULE = `must be lower-case letters and digits, words joined by single dashes and begun by a letter, at most ${LONGEST} characters`;

/** `OrderLine`, `orderLine` and `order_line` are `order-line`. */
const dashed = (text: string): string =>
  text
    .replaceAll(/([a-z\d])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();

const isName = (text: string): boolean => NAME.test(text) && text.length <= LONGEST;

const nameProblem = (name: string, { services }: Workspace): string | undefined => {
  if (!isName(name)) return `name: ${NAME_RULE}`;
  if (isReservedService(name)) return `name: ${name} is a name that the platform itself uses`;
  if (services.includes(name))
    return `name: ${name} is taken: there is such a service already, of another entity or port`;
  return undefined;
};

const entityProblem = ({ entity, records, path }: ServicePlan, { paths, imported }: Workspace): string | undefined => {
  if (!isName(entity)) return `entity: ${NAME_RULE}; or the same as one word in CamelCase`;
  if (isReservedEntity(entity, records, imported))
    return `entity: ${entity} is a word that the code of a service uses already`;
  const [taken] = Object.entries(paths).find(([, ofService]) => ofService.includes(path)) ?? [];
  return taken === undefined ? undefined : `entity: its path ${path} is taken: the service ${taken} answers it`;
};

const portProblem = (port: number, { ports }: Workspace): string | undefined => {
  if (!Number.isInteger(port) || port < PORTS.min || port > PORTS.max)
    return `port: must be a whole number from ${PORTS.min} to ${PORTS.max}`;
  const [taken] = Object.entries(ports).find(([, of]) => of === port) ?? [];
  return taken === undefined ? undefined : `port: ${port} is taken: it is the port of the service ${taken}`;
};

const nextFree = ({ ports }: Workspace): number => {
  const taken = new Set(Object.values(ports));
  let port = FIRST_PORT;
  while (taken.has(port)) port += 1;
  return port;
};

export interface PlanOptions {
  readonly name: string;
  readonly entity?: string;
  readonly port?: number;
}

const wordsOf = ({ name, entity: given }: PlanOptions): Omit<ServicePlan, 'port'> => {
  const entity = given === undefined ? singularOf(name) : dashed(given);
  const records = pluralOf(entity);
  return { service: name, entity, records, path: `/api/[^/]+/${records}(/.*)?` };
};

/** Whether the service is there already, as these options would make it. Without a port in the options, any will do. */
export const isThere = (options: PlanOptions, { ports, paths }: Workspace): boolean => {
  const { service, path } = wordsOf(options);
  const port = ports[service];
  return port !== undefined && (options.port ?? port) === port && (paths[service]?.includes(path) ?? false);
};

/**
 * What the service will be called in all places. Throws an Error with a line for each option that cannot be: the option,
 * then the rule that it breaks.
 */
export const planService = (options: PlanOptions, workspace: Workspace): ServicePlan => {
  const plan: ServicePlan = { ...wordsOf(options), port: options.port ?? nextFree(workspace) };
  const name = nameProblem(plan.service, workspace);
  const problems = [
    name,
    // Without a name there is nothing that the entity could be taken from.
    name !== undefined && options.entity === undefined ? undefined : entityProblem(plan, workspace),
    portProblem(plan.port, workspace),
  ].filter((problem) => problem !== undefined);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return plan;
};
