import {
  conditions,
  definition,
  dnsLabel,
  flag,
  integer,
  laggards,
  list,
  object,
  type Rule,
  text,
  time,
} from './schema.js';

/** More processes than this are counted, not named: an object must stay small. */
export const MOST_PROVEN_BY = 100;

const FIXED = 'a run does not change; only abort may be set';

const stays = (field: string): Rule => ({
  rule: `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field})`,
  message: `${field}: ${FIXED}`,
});

const SPEC_RULES: readonly Rule[] = [
  { rule: 'self.ringRef == oldSelf.ringRef', message: `ringRef: ${FIXED}`, fieldPath: '.ringRef' },
  { rule: 'self.reason == oldSelf.reason', message: `reason: ${FIXED}`, fieldPath: '.reason' },
  stays('revoke'),
  stays('retire'),
  stays('recover'),
  { rule: '!has(oldSelf.abort) || has(self.abort)', message: 'abort: cannot be taken back' },
  {
    rule: "(self.reason == 'Compromised') == has(self.revoke)",
    message: 'revoke: must be given for reason Compromised, and only for it',
  },
  {
    rule: '(has(self.revoke) ? 1 : 0) + (has(self.retire) ? 1 : 0) + (has(self.recover) ? 1 : 0) <= 1',
    message: 'at most one of revoke, retire and recover can be asked for',
  },
  {
    rule: '!has(self.abort) || !(has(self.revoke) || has(self.retire) || has(self.recover))',
    message: 'abort: only a rotation can be aborted',
  },
];

const kids = (description: string) =>
  list(text({ minLength: 1, maxLength: 256, pattern: '^[!-~]+$' }), 1000, { description });

const spec = object(
  {
    ringRef: object({ name: dnsLabel('The KeyRing of the same namespace.') }, { required: ['name'] }),
    reason: text({
      enum: ['Scheduled', 'Manual', 'Compromised'],
      default: 'Manual',
      description: 'Why it was asked for; Compromised goes with revoke.',
    }),
    revoke: object(
      {
        keys: { ...kids('Keys that leaked.'), minItems: 1 },
        all: flag({ enum: [true], description: 'Every key that is accepted when the request is taken.' }),
      },
      {
        description: 'Keys to refuse everywhere, at once.',
        'x-kubernetes-validations': [
          { rule: 'has(self.keys) != has(self.all)', message: 'must have either keys or all' },
        ],
      },
    ),
    retire: object(
      { key: text({ minLength: 1, maxLength: 256, pattern: '^[!-~]+$' }) },
      { required: ['key'], description: 'A drained key: it goes by itself, so this says what keeps it.' },
    ),
    recover: flag({ enum: [true], description: 'Goes on above the projection of a ring whose truth went back.' }),
    abort: flag({ enum: [true], description: 'Gives up a rotation whose key does not sign yet.' }),
  },
  { required: ['ringRef'], 'x-kubernetes-validations': SPEC_RULES },
);

const outcome = object(
  {
    reason: text({ description: 'From a closed set.' }),
    message: text({ description: 'The rule, and what to do instead.' }),
    earliest: time('From when the same request would be taken.'),
  },
  { description: 'Why it was not taken.' },
);

const status = object({
  observedGeneration: integer({ format: 'int64', description: 'Generation of the spec that this is about.' }),
  conditions: conditions('Complete and Failed.'),
  phase: text({
    enum: ['Queued', 'Running', 'Waiting', 'Complete', 'Refused', 'Aborted', 'Superseded'],
    description: 'The last four are final.',
  }),
  requestedBy: text({ description: 'Who asked.' }),
  replaces: text({ nullable: true, description: 'The key that signed when the run began.' }),
  timeline: list(
    object({
      at: time('When.'),
      event: text({ description: 'What happened.' }),
      generation: integer({ format: 'int64' }),
      message: text(),
    }),
    200,
    { description: 'Oldest first.' },
  ),
  acks: object({
    current: integer({ description: 'Processes that have acknowledged.' }),
    total: integer({ description: 'Of all.' }),
    text: text({ description: 'Both, as 7/8.' }),
    workloads: list(
      object({
        name: text({ description: 'The workload, as namespace/name outside the ring’s own namespace.' }),
        current: integer({ description: 'Of its processes, those that have acknowledged.' }),
        total: integer({ description: 'Of all of its processes.' }),
      }),
      20,
      { description: 'The same of each workload, those that lack most first; 20 at most.' },
    ),
  }),
  waitingFor: laggards('Who holds the run now; 20 at most.'),
  kids: kids('Keys that the run is about.'),
  provenBy: list(text(), MOST_PROVEN_BY, { description: 'Processes whose receipts proved it, as name/boot id.' }),
  provenByMore: integer({ description: 'Further ones, not named.' }),
  unproven: list(text(), 64, { description: 'Verifiers about which nothing could be proved.' }),
  emergency: object({
    declaredAt: time('When it was asked for.'),
    writtenAt: time('When it was written.'),
    firstRefusedAt: time('When the first process refused.'),
    lastRefusedAt: time('When the last process refused.'),
    finishedAt: time('When it was proven gone everywhere.'),
  }),
  refused: outcome,
  abort: object(
    { phase: text({ enum: ['Complete', 'Refused'] }), at: time('When it was answered.'), refused: outcome },
    { description: 'What became of spec.abort.' },
  ),
});

/** One run of a ring: a rotation, a revocation. */
export const keyRotationDefinition = definition({
  kind: 'KeyRotation',
  plural: 'keyrotations',
  singular: 'keyrotation',
  shortNames: ['krot'],
  columns: [
    { name: 'Ring', type: 'string', jsonPath: '.spec.ringRef.name' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    { name: 'Acks', type: 'string', jsonPath: '.status.acks.text' },
    { name: 'Reason', type: 'string', jsonPath: '.spec.reason' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
  schema: object(
    { apiVersion: text(), kind: text(), metadata: { type: 'object' }, spec, status },
    { description: 'One rotation or revocation of a ring, and what became of it.', required: ['spec'] },
  ),
});
