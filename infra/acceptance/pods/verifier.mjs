// A verifier that is nothing else: a ring node, the guard's own verifier behind its canaries, the management port. It runs in
// the image of a service. Port 9001 tells whether it is ready, and cuts its receipts or mends them again.
import { createServer } from 'node:http';
import { createTokenVerifier } from '/app/node_modules/@keyturn/guard/dist/core/index.js';
import { createRingNode } from '/app/node_modules/@keyturn/keyring/dist/index.js';
import { createManagementServer } from '/app/node_modules/@keyturn/keyring/dist/management/index.js';

const { RING, RING_URLS, AUDIENCE, KEYTURN_POD_UID } = process.env;
const node = createRingNode({
  ring: RING,
  role: 'verifier',
  stateDir: '/var/lib/keyturn',
  podUid: KEYTURN_POD_UID,
  urls: RING_URLS.split(','),
});
createTokenVerifier({ method: 'ring', node, audience: AUDIENCE });

let management;
const mend = async () => {
  if (management) return;
  management = createManagementServer({ port: 9000, nodes: node });
  await management.start();
};
const cut = async () => {
  const open = management;
  management = undefined;
  await open?.stop();
};

const answers = {
  '/readyz': () => node.ready(),
  '/cut': () => cut().then(() => true),
  '/mend': () => mend().then(() => true),
};
const control = createServer(async (request, response) => {
  const done = await answers[request.url]?.();
  response.writeHead(done ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify({ done }));
});

process.on('SIGTERM', () => process.exit(0));
await mend();
control.listen(9001);
await node.start();
