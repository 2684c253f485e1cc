// What `helm test` proves: somebody signs up, is known to the front end, gets a token, calls a guarded service with it, is refused
// without it, and goes on with the old token while the signing key is rotated. Where addresses are verified nobody gets in without
// a mail: then what needs a session is left out, and said to be. Exit code 1 and a sentence when something does not hold.
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

const { AUTH_URL, SERVICE_URL, SERVICE_PATH, WEB_URL, BASE_URL, VERIFIED, RING, NAMESPACE, ROTATE } = process.env;
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
/** As long as any rule asks for, with a character of each kind. */
const password = `aA1-${randomBytes(48).toString('base64url')}`;
const person = { email: `helm-test-${randomUUID()}@example.test`, password };
const post = (path, body) =>
  fetch(`${AUTH_URL}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: BASE_URL },
    body: JSON.stringify(body),
    signal: within(),
  });
const signUp = async () => {
  const answer = await post('/api/auth/sign-up/email', { ...person, name: 'helm test' });
  expect(answer.status === 200, `somebody signs up (${answer.status})`);
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  return { userId: (await answer.json()).user.id, cookie };
};
const refuseStranger = async () => {
  const { status } = await post('/api/auth/sign-in/email', person);
  expect(status === 401, `somebody unknown is not signed in (${status})`);
  say('--  addresses are verified first here: nothing that needs a session is tried');
  return { userId: 'nobody' };
};
const { userId, cookie } = await (VERIFIED === 'true' ? refuseStranger() : signUp());

// --- front end ---------------------------------------------------------------------------------------------------
const page = async (path, headers = {}) => {
  const { status } = await fetch(`${WEB_URL}${path}`, { headers, redirect: 'manual', signal: within() });
  return status;
};
if (WEB_URL) {
  expect((await page('/en/sign-in')) === 200, 'the front end shows the page for a sign-in');
  if (cookie) expect((await page('/en/tasks', { cookie })) === 200, 'and the tasks of somebody with a session');
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
const token = cookie && (await getToken());
if (token) say(`ok  gets a token, signed by ${kidOf(token)}`);
if (SERVICE_URL) {
  if (token) expect((await call(token)) === 200, 'a guarded call succeeds with it');
  expect((await call()) === 401, token ? 'and is refused without' : 'a guarded call is refused without a token');
  const [head, body] = (token ?? 'e30.e30.').split('.');
  expect(
    (await call(`${head}.${body}.${randomBytes(64).toString('base64url')}`)) === 401,
    'and with a forged signature',
  );
} else say('--  test.service names no service that is enabled: no guarded call is tried');
/** Whether guarded calls can be made at all. */
const calling = Boolean(token && SERVICE_URL);

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
    if (calling) {
      const status = await call(token);
      if (status !== 200) throw new Error(`the old token was refused during the rotation: ${status}`);
      calls += 1;
    }
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
if (calls !== undefined)
  say(`ok  the key is rotated${calling ? `, and the old token worked in all of ${calls} calls meanwhile` : ''}`);
if (calls !== undefined && token) {
  let fresh = await getToken();
  for (let tries = 0; kidOf(fresh) === kidOf(token) && tries < 50; tries += 1) {
    await pause(200);
    fresh = await getToken();
  }
  expect(kidOf(fresh) !== kidOf(token), `a new token is signed by the new key, ${kidOf(fresh)}`);
  if (calling) {
    expect((await call(fresh)) === 200, 'a guarded call succeeds with the new token');
    expect((await call(token)) === 200, 'and still with the old one');
  }
}
