import type { SchemaObject } from '@nestjs/swagger';
import { RUN_PHASES } from '../run-summary.js';

/** What the admin API answers, for its OpenAPI document. */

type Properties = Readonly<Record<string, SchemaObject>>;

const text: SchemaObject = { type: 'string' };
const flag: SchemaObject = { type: 'boolean' };
const whole: SchemaObject = { type: 'integer' };
const time: SchemaObject = { type: 'string', format: 'date-time' };
const free: SchemaObject = { type: 'object', additionalProperties: true };
const orNull = (schema: SchemaObject): SchemaObject => ({ ...schema, nullable: true });
const list = (items: SchemaObject): SchemaObject => ({ type: 'array', items });

/** An object with these members, and perhaps those others. */
const object = (properties: Properties, optional: Properties = {}): SchemaObject => ({
  type: 'object',
  required: Object.keys(properties),
  properties: { ...properties, ...optional },
});

export const USER = object({
  id: text,
  email: { type: 'string', format: 'email' },
  name: text,
  roles: list(text),
  emailVerified: flag,
  twoFactor: flag,
  disabledAt: orNull(time),
  createdAt: time,
  sessions: whole,
});

export const USER_PAGE = object({ users: list(USER), nextCursor: orNull(text), roles: list(text) });

const CLIENT_MEMBERS: Properties = {
  clientId: text,
  name: text,
  type: { type: 'string', enum: ['machine', 'web', 'native'] },
  scopes: list(text),
  redirectUris: list(text),
  authMethod: text,
  trusted: flag,
  disabled: flag,
  createdAt: orNull(time),
};

export const CLIENT_LIST = object({ clients: list(object(CLIENT_MEMBERS)) });
export const CLIENT_WITH_SECRET = object({ ...CLIENT_MEMBERS, clientSecret: orNull(text) });

const KEY = object({ kid: text, state: text, createdAt: time }, { activatedAt: time, drainUntil: time });

const CONSUMERS = object({ total: whole, current: whole, lagging: list(free) }, { processes: list(free) });

const RING = object(
  { ring: text, type: text, algorithm: text, generation: whole, keys: list(KEY) },
  { conditions: list(free), consumers: CONSUMERS, nextRotation: time, currentRun: text, queuedRun: text },
);

export const RING_LIST = object({ rings: list(RING) });

const RUN = object(
  {
    id: text,
    ring: text,
    kind: text,
    phase: { type: 'string', enum: [...RUN_PHASES] },
    timeline: list(object({ at: time, event: text }, { message: text })),
  },
  {
    acks: object(
      { current: whole, total: whole },
      { workloads: list(object({ name: text, current: whole, total: whole })) },
    ),
    waitingFor: list(free),
    refused: object({ reason: text, message: text }),
  },
);

export const RUN_LIST = object({ runs: list(RUN) });

export const ACCEPTED = object({ id: text, ring: text, kind: text });

const EVENT = object({
  id: text,
  at: time,
  event: text,
  outcome: { type: 'string', enum: ['ok', 'refused'] },
  actor: orNull(text),
  subject: orNull(text),
  address: orNull(text),
  userAgent: orNull(text),
  requestId: orNull(text),
  details: free,
});

export const AUDIT_PAGE = object({ events: list(EVENT), next: orNull(text) });

export const ROLES_BODY = object({ roles: list(text) });

export const KEYS_BODY = object({ keys: { oneOf: [{ type: 'string', enum: ['all'] }, list(text)] } });
