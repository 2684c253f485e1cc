/**
 * Negative controls: each is seeded around the shipped engine, in its driver, in the processes, or in what the ring says
 * about the world. The names that KeyRing.tla has too mean the same.
 */
export const SIMULATED_BUGS = {
  proof: 'receipts and canaries are made up: every process always has everything',
  'fresh-evidence': 'the list of pods is up to 30 s old',
  'compare-and-swap': 'the truth is written without comparing the generation',
  'count-not-ready': 'pods that are not Ready are not listed',
  'count-issuers': 'issuers are not listed',
  'durable-counts': 'receipts say that what is in memory stands in the file',
  'loaded-counts': 'receipts say that what stands in the file is in memory',
  'report-lag': 'reports lag by minutes, not by less than 60 s',
  'skew-in-drain': 'the ring says that clocks are right and verifiers lenient by nothing; they are not',
  'lease-in-drain': 'the ring says that there is no lease; issuers keep one',
  'life-in-drain': 'issuers sign for longer than the ring allows',
  lease: 'issuers sign however old their last contact is',
  'lease-kept': 'a restart begins a new lease without a contact',
  'restart-grace': 'a restart is never confirmed',
  'own-file': 'a restart begins with a mount that may have gone back',
  'upward-memory': 'a process loads whatever its mount holds, older or newer',
  'confirm-verifier': 'a fresh verifier begins with whatever its mount holds',
  'confirm-afresh': 'a fresh verifier begins with what an issuer has loaded',
} as const;

export type SimulatedBug = keyof typeof SIMULATED_BUGS;
