/** Names of objects, labels and annotations (contract between operator, issuers, guards and charts). */
export const truthName = (ring: string): string => `keyring-${ring}`;
export const publicName = (ring: string): string => `keyring-${ring}-public`;
export const holderName = (ring: string): string => `keyring-${ring}-holder`;

/** The member of the object's data that has the ring document. */
export const DOCUMENT = 'ring.json';

/** Says which ring an object belongs to. An object without it is somebody else's and is never overwritten. */
export const RING_ID = 'keyturn.dev/ring-id';
/** Name of the ring; selects its objects. */
export const RING = 'keyturn.dev/ring';
/** Namespace of the truth: of two rings of one name, each knows its own copies. */
export const ORIGIN = 'keyturn.dev/ring-namespace';
/** Generation of a projection; for people, and for one that is damaged. */
export const GENERATION = 'keyturn.dev/generation';
/** Further namespaces that the ring was projected to, so that a ring without a policy still knows its consumers. */
export const NAMESPACES = 'keyturn.dev/consumer-namespaces';

/** Label of consumer pods; its value is their role. */
export const roleLabel = (ring: string): string => `ring.keyturn.dev/${ring}`;

export const MANAGED_BY = { 'app.kubernetes.io/managed-by': 'keyturn' };
