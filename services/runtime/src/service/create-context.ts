import { createRingNode, type RingNode } from '@keyturn/keyring';
import type { ProcessEnvironment, RingEnvironment } from '../configuration/common.js';
import { createLogger, type Logger } from '../logging/logger.js';
import { createMetrics } from '../metrics/metrics.js';
import { ServiceContext } from './context.js';
import type { RingPart, ServiceDefinition } from './definition.js';
import { truthReader } from './truth.js';

const hasRingVariables = (environment: object): environment is RingEnvironment => 'KEYTURN_STATE_DIR' in environment;

const createNode = ({ ring, role }: RingPart, environment: RingEnvironment, logger: Logger): RingNode => {
  const { KEYTURN_RINGS_DIR: ringsDir, KEYTURN_RING_URLS: urls } = environment;
  const truth = truthReader(environment);
  return createRingNode({
    ring,
    role,
    stateDir: environment.KEYTURN_STATE_DIR,
    podUid: environment.KEYTURN_POD_UID,
    urls,
    ...(ringsDir !== undefined && { ringsDir }),
    ...(truth && { truth }),
    logger,
  });
};

/** The parts of a process, from its definition. Throws a TypeError when rings are listed without their variables. */
export const createContext = <E extends ProcessEnvironment>(definition: ServiceDefinition<E>): ServiceContext<E> => {
  const { name, environment, rings = [], nodes: made = [], logTo } = definition;
  const logger = createLogger({
    service: name,
    level: environment.LOG_LEVEL,
    format: environment.LOG_FORMAT,
    ...(logTo && { destination: logTo }),
  });
  const nodes = rings.map((part) => {
    if (!hasRingVariables(environment)) throw new TypeError('rings need the ring variables in the environment');
    return createNode(part, environment, logger);
  });
  return new ServiceContext(name, environment, logger, createMetrics(), [...made, ...nodes]);
};
