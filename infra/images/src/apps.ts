/** A program that gets an image. */
export interface App {
  readonly name: string;
  /** Folder below the root of the repository. */
  readonly folder: string;
  readonly dockerfile: 'service' | 'operator';
}

/** Image `keyturn/<name>`. */
export const APPS: readonly App[] = [
  { name: 'auth', folder: 'services/auth', dockerfile: 'service' },
  { name: 'tasks', folder: 'services/tasks', dockerfile: 'service' },
  { name: 'operator', folder: 'operator', dockerfile: 'operator' },
];
