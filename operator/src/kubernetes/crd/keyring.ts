import { SECRET_ALGORITHMS, SIGNING_ALGORITHMS } from '@keyturn/keyring/document';
import {
  conditions,
  definition,
  dnsLabel,
  duration,
  flag,
  integer,
  laggards,
  list,
  object,
  objectName,
  positiveDuration,
  type Rule,
  type Schema,
  text,
  time,
} from './schema.js';

const quoted = (values: readonly string[]): string => `[${values.map((value) => `'${value}'`).join(', ')}]`;

const encrypts = (self: string): string =>
  `(has(${self}.encryptsData) ? ${self}.encryptsData : ${self}.algorithm == 'opaque')`;

const SPEC_RULES: readonly Rule[] = [
  {
    rule: 'self.type == oldSelf.type',
    message: 'type: a ring cannot change it; make another ring',
    fieldPath: '.type',
  },
  {
    rule: 'self.algorithm == oldSelf.algorithm',
    message: 'algorithm: a ring cannot change it; make another ring',
    fieldPath: '.algorithm',
  },
  {
    rule: '!has(oldSelf.issuer) || (has(self.issuer) && self.issuer == oldSelf.issuer)',
    message: 'issuer: it stays once it is set, since guards pin it; make another ring',
  },
  {
    rule: `self.type != 'SigningKey' || self.algorithm in ${quoted(SIGNING_ALGORITHMS)}`,
    message: `algorithm: must be one of ${SIGNING_ALGORITHMS.join(', ')} for type SigningKey`,
    fieldPath: '.algorithm',
  },
  {
    rule: `self.type != 'SharedSecret' || self.algorithm in ${quoted(SECRET_ALGORITHMS)}`,
    message: `algorithm: must be one of ${SECRET_ALGORITHMS.join(', ')} for type SharedSecret`,
    fieldPath: '.algorithm',
  },
  {
    rule: `!${encrypts('oldSelf')} || ${encrypts('self')}`,
    message: 'encryptsData: it stays true: secrets would be destroyed though data is encrypted under them',
  },
];

const rotation = object(
  {
    interval: {
      ...positiveDuration('Time between two rotations; absent = only on request.'),
      nullable: true,
    },
    paused: flag({ default: false, description: 'No scheduled rotation begins; requests and revocations still work.' }),
    historyLimit: integer({
      default: 10,
      minimum: 1,
      maximum: 1000,
      description: 'Finished KeyRotations that are kept.',
    }),
  },
  { default: {}, description: 'When the key is replaced.' },
);

const workload = object(
  {
    kind: text({
      minLength: 1,
      maxLength: 63,
      description: 'Deployment, StatefulSet or DaemonSet; anything for MaxAge.',
    }),
    name: text({ minLength: 1, maxLength: 253, description: 'Its name.' }),
    proof: text({
      enum: ['Rollout', 'MaxAge'],
      description: 'Rollout: a finished rollout with the new ring. MaxAge: a time; nothing is proved.',
    }),
    after: duration('MaxAge: the longest time for which it goes on using what it has cached.'),
  },
  {
    required: ['kind', 'name', 'proof'],
    'x-kubernetes-validations': [
      {
        rule: "(self.proof == 'MaxAge') == has(self.after)",
        message: 'after: must be given for proof MaxAge, and only for it',
      },
      {
        rule: "self.proof != 'Rollout' || self.kind in ['Deployment', 'StatefulSet', 'DaemonSet']",
        message: 'kind: must be Deployment, StatefulSet or DaemonSet for proof Rollout',
        fieldPath: '.kind',
      },
    ],
  },
);

const consumers = object(
  {
    namespaces: list(dnsLabel('A namespace.'), 64, {
      default: [],
      'x-kubernetes-list-type': 'set',
      description: 'Further namespaces with consumers; the ring’s own always counts.',
    }),
    workloads: list(workload, 64, {
      default: [],
      description: 'Workloads that cannot hold a receipt.',
    }),
  },
  { default: {}, description: 'Who uses the ring, next to the pods with the label ring.keyturn.dev/<ring>.' },
);

const safety = object(
  {
    issuerLease: positiveDuration('How long an issuer signs without contact to the truth.', '1h'),
    restartGrace: positiveDuration('After so long without contact a restart needs a confirming read.', '1h'),
    hardLimit: positiveDuration('A verifier without contact for longer answers 503.', '24h'),
    maxLiveKeys: integer({ default: 8, minimum: 3, maximum: 1000, description: 'Keys that may be accepted at once.' }),
  },
  { default: {}, description: 'Bounds that keep a rotation safe; change them only with a reason.' },
);

const spec = object(
  {
    type: text({ enum: ['SigningKey', 'SharedSecret'], description: 'What the ring’s keys are.' }),
    algorithm: text({ enum: [...SIGNING_ALGORITHMS, ...SECRET_ALGORITHMS], description: 'How it signs.' }),
    issuer: text({
      minLength: 1,
      maxLength: 2048,
      description: 'iss of the tokens that the ring signs.',
      'x-kubernetes-validations': [{ rule: 'isURL(self)', message: 'must be a URL' }],
    }),
    maxCredentialLifetime: positiveDuration('Longest life of a credential that is issued today.', '15m'),
    clockSkew: duration('Leeway that verifiers allow on times.', '30s'),
    clockError: duration('Bound on the error of any process’s clock.', '5s'),
    rotation,
    consumers,
    safety,
    stalledAfter: positiveDuration('A step that waits longer is reported as stalled.', '5m'),
    encryptsData: flag({
      description:
        'Data is encrypted under the secrets, so retiring waits for it; absent = yes for opaque, no for others.',
    }),
    import: object(
      { secretRef: object({ name: objectName('A Secret of the ring’s namespace.') }, { required: ['name'] }) },
      {
        required: ['secretRef'],
        description:
          'An existing key that becomes generation 1: the Secret has jwk (a private JWK) or secret (text; for HS256 base64url), and may have kid.',
      },
    ),
  },
  { required: ['type', 'algorithm'], 'x-kubernetes-validations': SPEC_RULES },
);

const key = object({
  kid: text(),
  state: text({ description: 'pending, active, draining, retired, compromised or revoked.' }),
  since: integer({ format: 'int64', description: 'Generation in which it entered its state.' }),
  createdAt: time('When it was made.'),
  activatedAt: time('When it began to sign.'),
  provenAt: time('When every process had proved that it loaded it.'),
  drainUntil: time('Until when it is accepted.'),
});

const status: Schema = object({
  observedGeneration: integer({ format: 'int64', description: 'Generation of the spec that this is about.' }),
  conditions: conditions('Ready, Progressing and Stalled.'),
  ringId: text({ description: 'Identity of the ring, independent of its name.' }),
  generation: integer({ format: 'int64', description: 'Of the ring document.' }),
  activeKid: text({ nullable: true, description: 'The key that signs.' }),
  liveKeys: integer({ description: 'Keys that verifiers accept.' }),
  keys: list(key, 4096, { description: 'Without their material.' }),
  consumers: object({
    total: integer({ description: 'Processes that take part.' }),
    current: integer({ description: 'Those that have proved the generation.' }),
    lagging: laggards('Those that have not; 20 at most.'),
  }),
  nextRotation: time('When the schedule begins the next rotation.'),
  earliestActivation: time('From when the standby could sign.'),
  earliestRetirement: time('When the first draining key can go.'),
  currentRun: text({ description: 'The KeyRotation that works.' }),
  queuedRun: text({ description: 'The KeyRotation that waits.' }),
});

/** The policy of a ring. */
export const keyRingDefinition = definition({
  kind: 'KeyRing',
  plural: 'keyrings',
  singular: 'keyring',
  shortNames: ['kring'],
  columns: [
    { name: 'Ready', type: 'string', jsonPath: ".status.conditions[?(@.type=='Ready')].status" },
    { name: 'Active', type: 'string', jsonPath: '.status.activeKid' },
    { name: 'Keys', type: 'integer', jsonPath: '.status.liveKeys' },
    { name: 'Next', type: 'string', jsonPath: '.status.nextRotation' },
    { name: 'Stalled', type: 'string', priority: 1, jsonPath: ".status.conditions[?(@.type=='Stalled')].reason" },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: object(
    { apiVersion: text(), kind: text(), metadata: { type: 'object' }, spec, status },
    {
      description: 'A ring of keys that processes share: what it is and when its key is replaced.',
      required: ['spec'],
      'x-kubernetes-validations': [
        {
          rule: "self.metadata.name.matches('^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$')",
          message: 'metadata.name: must be a DNS label: a-z, 0-9 and -, at most 63 characters',
        },
      ],
    },
  ),
});
