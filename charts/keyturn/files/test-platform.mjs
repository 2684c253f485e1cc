// What `helm test` proves: somebody signs up, is known to the front end, gets a token, calls a guarded service with it, is refused
// without it, and goes on with the old token while the signing key is rotated. Exit code 1 and a sentence when something does not hold.
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

const { AUTH_URL, SERVICE_URL, SERVICE_PATH, WEB_URL, BASE_URL, RING, NAMESPACE, ROTATE } = process.env;
const TOKEN = process.env.TOKEN_FILE ?? '/var/run/secrets/kubernetes.io/serviceaccount/token';
const host = process.env.KUBERNETES_SERVICE_HOST ?? '';
const server =
  process.env.API_SERVER ?? `https://${host.includes(':') ? `[${host}]` : host}:${process.env.KUBERNETES_SERVICE_PORT}`;

const say = (text) => process.stdout.write(`${text}\n`);
const expect = (holds, text) => {
  if (!holds) throw new Error(text);
  say(`ok  ${text}`);
};
const within = () => AbortSignal.timeout(10_000);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// --- sign up -----------------------------------------------------------------------------------------------------
const person = { email: `helm-test-${randomUUID()}@example.test`, password: randomBytes(18).toString('base64url') };
const signUp = await fetch(`${AUTH_URL}/api/auth/sign-up/email`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', origin: BASE_URL },
  body: JSON.stringify({ ...person, name: 'helm test' }),
  signal: within(),
});
expect(signUp.status === 200, `somebody signs up (${signUp.status})`);
const userId = (await signUp.json()).user.id;
const cookie = signUp.headers
  .getSetCookie()
  .map((line) => line.split(';')[0])
  .join('; ');

// --- front end ---------------------------------------------------------------------------------------------------
const page = async (path, headers = {}) => {
  const { status } = await fetch(`${WEB_URL}${path}`, { headers, redirect: 'manual', signal: within() });
  return status;
};
if (WEB_URL) {
  expect((await page('/en/sign-in')) === 200, 'the front end shows the page for a sign-in');
  expect((await page('/en/tasks', { cookie })) === 200, 'and the tasks of somebody with a session');
  expect((await page('/en/tasks')) === 307, 'and sends everybody else to the sign-in');
}

const getToken = async () => {
  const answer = await fetch(`${AUTH_URL}/api/auth/token`, { headers: { cookie, origin: BASE_URL }, signal: within() });
  if (!answer.ok) throw new Error(`no token for the session: ${answer.status}`);
  return (await answer.json()).token;
};
const kidOf = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url').toString()).kid;
const url = `${SERVICE_URL}${SERVICE_PATH.replace('{userId}', userId)}`;
const call = async (token) =>
  (await fetch(url, { headers: token ? { authorization: `Bearer ${token}` } : {}, signal: within() })).status;

// --- token, guard ------------------------------------------------------------------------------------------------
const token = await getToken();
expect(true, `gets a token, signed by ${kidOf(token)}`);
expect((await call(token)) === 200, 'a guarded call succeeds with it');
expect((await call()) === 401, 'and is refused without');
const [head, body] = token.split('.');
expect((await call(`${head}.${body}.${randomBytes(64).toString('base64url')}`)) === 401, 'and with a forged signature');

// --- rotation ----------------------------------------------------------------------------------------------------
const rotations = `/apis/keyturn.dev/v1alpha1/namespaces/${NAMESPACE}/keyrotations`;
const kubernetes = async (path, init = {}) => {
  const authorization = `Bearer ${readFileSync(TOKEN, 'utf8').trim()}`;
  const headers = { authorization, 'content-type': 'application/json' };
  const answer = await fetch(`${server}${path}`, { ...init, headers, signal: within() });
  const found = await answer.json();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${found.message ?? ''}`);
  return found;
};

const rotate = async () => {
  const rotation = {
    apiVersion: 'keyturn.dev/v1alpha1',
    kind: 'KeyRotation',
    metadata: { generateName: 'helm-test-', annotations: { 'keyturn.dev/requested-by': 'helm test' } },
    spec: { ringRef: { name: RING }, reason: 'Manual' },
  };
  const { metadata } = await kubernetes(rotations, { method: 'POST', body: JSON.stringify(rotation) });
  let calls = 0;
  for (const end = Date.now() + 120_000; Date.now() < end; await pause(200)) {
    const status = await call(token);
    if (status !== 200) throw new Error(`the old token was refused during the rotation: ${status}`);
    calls += 1;
    const { status: { phase, refused } = {} } = await kubernetes(`${rotations}/${metadata.name}`);
    if (phase === 'Complete') return { calls };
    // A ring has only so many keys alive, and each test leaves one that drains: the operator keeps to that, as it should.
    if (refused?.reason === 'TooManyLiveKeys') return { later: refused };
    if (['Refused', 'Aborted', 'Superseded'].includes(phase)) {
      throw new Error(`the rotation was not made: ${phase} ${refused?.message ?? ''}`);
    }
  }
  throw new Error(`the rotation ${metadata.name} did not end within two minutes`);
};

const { calls, later } = ROTATE === 'true' ? await rotate() : {};
if (later) say(`--  no rotation now: ${later.message}${later.earliest ? `, at ${later.earliest}` : ''}`);
if (calls !== undefined) {
  expect(true, `the key is rotated, and the old token worked in all of ${calls} calls meanwhile`);
  let fresh = await getToken();
  for (let tries = 0; kidOf(fresh) === kidOf(token) && tries < 50; tries += 1) {
    await pause(200);
    fresh = await getToken();
  }
  expect(kidOf(fresh) !== kidOf(token), `a new token is signed by the new key, ${kidOf(fresh)}`);
  expect((await call(fresh)) === 200, 'a guarded call succeeds with the new token');
  expect((await call(token)) === 200, 'and still with the old one');
}
