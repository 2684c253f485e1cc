/** Enough of a key id to tell it from the others of its ring. */
export const shortKid = (kid: string): string => (kid.length > 11 ? `${kid.slice(0, 10)}…` : kid);
