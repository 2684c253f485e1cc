import type { Visitor } from '../demo/visitor.js';
import type { Lock } from '../instance/lock.js';
import type { MailCatcher } from '../mail/catcher.js';
import type { Feed } from '../page/feed.js';
import type { Proxy } from '../proxy/server.js';
import type { Crew } from './crew.js';
import type { PlatformDatabase } from './database.js';

/** What a platform has started so far; each part may still be missing, or on its way. */
export interface Running {
  readonly crew: Crew;
  lock?: Lock;
  visitor?: Visitor;
  feed?: Feed;
  proxy?: Proxy;
  mail?: MailCatcher;
  database?: Promise<PlatformDatabase>;
  /** What is left to do when no process runs any more. */
  readonly afterwards: (() => unknown)[];
}

/**
 * Ends a platform in order: the address stops accepting, the services drain, then the operator, the mail catcher and the
 * database. A part that fails to end does not keep the next from ending; the errors are thrown together.
 */
export const endAll = async (running: Running): Promise<void> => {
  const { crew } = running;
  const removeAll = (wanted: (name: string) => boolean) =>
    Promise.all(crew.all().flatMap((pod) => (wanted(pod.name) ? [pod.remove()] : [])));
  const steps: (() => unknown)[] = [
    () => running.visitor?.stop(),
    () => running.feed?.close(),
    () => running.proxy?.close(),
    () => removeAll((name) => name !== 'operator'),
    () => removeAll((name) => name === 'operator'),
    () => running.mail?.close(),
    () => running.database?.then(({ server }) => server.stop()).catch(() => undefined),
    ...running.afterwards,
    () => running.lock?.release(),
  ];
  const errors: Error[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      errors.push(error as Error);
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, errors.map(({ message }) => message).join('; '));
};
