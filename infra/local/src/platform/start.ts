import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { removeCluster, stopLeftServer } from '@keyturn/postgres';
import { writeJsonFile } from '../files/json-file.js';
import { seedDemo } from '../demo/login.js';
import { startVisitor } from '../demo/visitor.js';
import { acquireLock } from '../instance/lock.js';
import { startMailCatcher } from '../mail/catcher.js';
import { createFeed } from '../page/feed.js';
import { createPage } from '../page/page.js';
import { createTraffic } from '../page/traffic.js';
import { createProcessRecords, type ProcessRecords } from '../processes/records.js';
import { bodyLimitOf } from '../proxy/body-limit.js';
import { startProxy } from '../proxy/server.js';
import { routeToPods } from './backends.js';
import { runToEnd } from './command.js';
import { Crew } from './crew.js';
import { openDatabase, type PlatformDatabase } from './database.js';
import { keepLocalFile, removeLocalFile } from './local-file.js';
import { enlist } from './muster.js';
import type { PlatformOptions } from './options.js';
import { type Places, placesOf } from './places.js';
import { Platform } from './platform.js';
import { withPython } from './python.js';
import { DEMO_RINGS } from './rings.js';
import { endAll, type Running } from './running.js';
import { demoUser, migration, type Surroundings } from './services.js';
import { makeTemporaryDir } from './temporary.js';
import { readServices, type ServiceEntry } from './values.js';
import { WEB } from './web.js';

const START_TIMEOUT_MS = 90_000;
const LEFTOVER_GRACE_MS = 4_000;

/** What the steps of a start share. */
interface Start {
  readonly options: PlatformOptions;
  readonly places: Places;
  readonly records: ProcessRecords;
  readonly running: Running;
  /** The issuer first. */
  readonly services: readonly ServiceEntry[];
  readonly timeoutMs: number;
}

/**
 * Starts the whole platform and resolves when every process is ready. When a step fails, what was started is ended and
 * the error of the step is thrown: AlreadyRunningError, or an Error with the last lines of a log.
 */
export const startPlatform = async (options: PlatformOptions = {}): Promise<Platform> => {
  const temporary = options.dir === undefined;
  const places = placesOf(options.dir === undefined ? await makeTemporaryDir() : resolve(options.dir));
  const records = createProcessRecords(places.processes);
  const crew = new Crew({ stateDir: places.state, podsDir: places.pods, records });
  const running: Running = { crew, afterwards: [] };
  if (temporary) {
    running.afterwards.push(
      () => removeCluster(places.postgres),
      () => rmSync(places.dir, { recursive: true, force: true, maxRetries: 5 }),
    );
  }
  const onExit = (): void => crew.killAll();
  process.on('exit', onExit);
  running.afterwards.push(() => process.off('exit', onExit));
  try {
    const services = await withPython(readServices(options.services, options.python, options.values), options);
    const timeoutMs = options.startTimeoutMs ?? START_TIMEOUT_MS;
    return await run({ options, places, records, running, services, timeoutMs });
  } catch (error) {
    await endAll(running).catch(() => undefined);
    throw error;
  }
};

const run = async (start: Start): Promise<Platform> => {
  const { options, places, running, services, timeoutMs } = start;
  const { crew } = running;
  // Others may walk through it: PostgreSQL runs as `nobody` when we are root. What is private is closed further down.
  mkdirSync(places.dir, { recursive: true, mode: 0o711 });
  running.lock = acquireLock(places.lock);
  await clearUp(start);
  const { url, mailUrl, smtpUrl } = await openFront(start);
  writePolicies(start, url);
  let database: PlatformDatabase | undefined;
  const around = await enlist({
    crew,
    options,
    places,
    baseUrl: url,
    smtpUrl,
    services,
    databaseUrl: (service) => database!.url(service),
  });
  if (options.operator !== false) crew.named('operator').start();
  database = await step(start, 'database', () => startDatabase(start));
  await step(start, 'migrations', () => migrate(start, around));
  await step(start, 'services', () => startServices(start));
  const demo = options.demo
    ? await seedDemo(url, places.demoFile, (login) => runToEnd(demoUser(login, around)))
    : undefined;
  if (demo && options.visitor) running.visitor = startVisitor(url, demo);
  const tell = keepLocalFile(places, () => ({ url, mailUrl, demo: demo ?? null, processes: crew.list() }));
  running.afterwards.push(crew.onChange(tell), () => removeLocalFile(places.localFile));
  running.lock.publish(url);
  const end = (): Promise<void> => endAll(running);
  return new Platform({ places, url, mailUrl, crew, database, demo, readyTimeoutMs: timeoutMs, end });
};

const step = async <T>({ options }: Start, name: string, work: () => Promise<T>): Promise<T> => {
  options.signal?.throwIfAborted();
  options.progress?.({ step: name, state: 'begun' });
  const result = await work();
  options.signal?.throwIfAborted();
  options.progress?.({ step: name, state: 'done' });
  return result;
};

/** Ends what a killed launcher left. Its pods are gone with it, so their files are too; the data stays, unless reset. */
const clearUp = async ({ options, places, records }: Start): Promise<void> => {
  const left = await records.endLeftovers(LEFTOVER_GRACE_MS);
  for (const gone of [places.pods, join(places.state, 'consumers')])
    rmSync(gone, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  removeLocalFile(places.localFile);
  await stopLeftServer(places.postgres);
  if (options.reset) await forget(places);
  if (left.length > 0) options.progress?.({ step: 'left from last time', state: 'done', note: left.join(', ') });
};

const forget = async ({ state, postgres, mail, logs, demoFile }: Places): Promise<void> => {
  await removeCluster(postgres);
  for (const path of [state, mail, logs, demoFile]) rmSync(path, { recursive: true, force: true, maxRetries: 5 });
};

/** The mail catcher and the one address, which answers 503 until the services are there; the page works at once. */
const openFront = async ({ options, places, running, services }: Start) => {
  const mail = await startMailCatcher(places.mail, options.mailPorts ?? [0]);
  running.mail = mail;
  const traffic = createTraffic();
  const feed = createFeed({ places, running, traffic, mailUrl: mail.url });
  running.feed = feed;
  const backends = routeToPods(running.crew);
  running.proxy = await startProxy({
    backends,
    ...(options.web && { rest: WEB }),
    routes: services.flatMap(({ name, routes }) => routes.map((route) => ({ service: name, ...route }))),
    ports: options.ports ?? [0],
    bodyLimitBytes: bodyLimitOf([...services.map(({ env }) => env), ...Object.values(options.env ?? {})]),
    page: createPage(feed),
    served: traffic.count,
  });
  return { url: running.proxy.url, mailUrl: mail.url, smtpUrl: mail.smtpUrl };
};

const writePolicies = ({ options, places }: Start, url: string): void => {
  for (const [ring, policy] of Object.entries(options.rings ?? DEMO_RINGS)) {
    const issuer = policy.type === 'SigningKey' || policy.algorithm === 'HS256' ? { issuer: url } : {};
    writeJsonFile(join(places.state, 'rings', `${ring}.json`), { ...issuer, ...policy });
  }
};

const startDatabase = (start: Start): Promise<PlatformDatabase> => {
  const { options, places, running, services } = start;
  running.database = openDatabase(places, options.databaseUrl, options.dir !== undefined, services);
  return running.database;
};

const migrate = async ({ options, services }: Start, around: Surroundings): Promise<void> => {
  const commands = services.flatMap((service) => migration(service, around) ?? []);
  await Promise.all(commands.map((command) => runToEnd(command, options.signal)));
};

const startServices = async ({ options, running: { crew }, timeoutMs }: Start): Promise<void> => {
  const wanted = crew.all().filter(({ name }) => name !== 'operator' || options.operator !== false);
  for (const pod of wanted) pod.start();
  const names = wanted.map(({ name }) => name);
  await crew.ready(names, timeoutMs, options.signal);
};
