/** Our own environment with some variables set: docker(1) reads its own from it. */
export const inherited = (set: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({ ...process.env, ...set });
