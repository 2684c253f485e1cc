/**
 * Rules that can be taken away, one by one: the seeded bugs. KeyRing.tla knows them by the same names (`Without`); here
 * they are seeded around the shipped planner, in what it is told and what becomes of its answer, never inside it.
 */
export const RULES = {
  proof: 'a key is activated by a timer, without receipts and canaries',
  'finish-proof': 'an emergency is called finished without receipts',
  'heir-proof': 'after an emergency an unproven key signs at once',
  'fresh-evidence': 'evidence is kept over a write and over a new read of the ring',
  'compare-and-swap': 'the truth is written without comparing the generation',
  'project-first': 'the pods are listed before the projection is known to be stored',
  'upward-projection': 'a paused former leader writes an older projection over a newer one',
  'loaded-counts': 'evidence is what stands in the file, whatever is in memory',
  'durable-counts': 'evidence is what is in memory, whatever stands in the file',
  'silent-loaded': 'a process that does not answer counts with its last durable receipt, loaded or not',
  'count-not-ready': 'pods that are not Ready are skipped',
  'count-issuers': 'issuers do not count as verifiers',
  'report-lag': 'a pod is left out as soon as it is reported not running',
  'grace-wait': 'a pod that has run is left out 60 s after it was reported not running',
  'since-projection': 'the time for which a pod is reported not running may lie before the projection',
  'skew-in-drain': 'leeway and clock errors of processes are left out of D',
  'operators-in-drain': "operators' clock errors are left out of D",
  'lease-in-drain': 'the lease is left out of D',
  lease: 'an issuer signs however old its last contact is',
  'lease-kept': 'a restart begins a new lease without a contact',
  'restart-grace': 'a restart is never confirmed, however old its last contact is',
  'own-file': 'a restart begins with a mount, which may have gone back',
  'upward-memory': 'a process may load an older generation than it has',
  'confirm-verifier': 'a fresh verifier begins with whatever its mount holds',
  'confirm-issuer': 'a fresh issuer begins with whatever its mount holds',
  'confirm-afresh': 'a fresh verifier begins with what an issuer has loaded',
  'confirm-truth': 'a fresh verifier begins with the projection: sound by itself',
} as const;

export type Rule = keyof typeof RULES;

/** What may go wrong in the world without anybody having made a mistake. KeyRing.tla knows them by the same names. */
export const FAULTS = {
  new: 'pods appear and vanish',
  crash: 'containers crash',
  zombie: 'an issuer process outlives its Pod object',
  api: 'an issuer that restarts does not reach the API server',
  disk: "a process's file and memory are caught apart",
  silent: 'a process does not answer the operator',
} as const;

export type Fault = keyof typeof FAULTS;
