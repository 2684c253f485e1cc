/** A test, or the program that `npm test` runs, which does what a command of a page does, and words of it that show so. */
export interface Elsewhere {
  readonly by: string;
  readonly as: string;
}

/** Nobody runs it, for a reason. */
export interface Nowhere {
  readonly because: string;
}

const LAUNCHER = { by: 'infra/local/test/launcher.spec.ts', as: 'as `npm start` does' };
const SUITES = { by: 'infra/workspace/run-tests.mjs', as: "'run-many', '-t', 'test'" };
const KIT = 'infra/kit/test/service.spec.ts';
const ANSWERS = { by: KIT, as: 'answers a signed-in user, one command and a start later' };
const MADE = { by: 'infra/distribution/test/page-images.spec.ts', as: 'are all made by the commands of' };
const HELM_TEST = { by: 'infra/acceptance/e2e/platform.spec.ts', as: 'passes helm test' };
const INSTALL = { by: 'infra/acceptance/e2e/platform.spec.ts', as: 'a fresh install' };
const NOTES = { by: 'infra/charts/test/api-server.spec.ts', as: 'tells them addresses at which services are' };
const ACCEPTANCE = { by: 'infra/workspace/run-tests.mjs', as: '@keyturn/acceptance:e2e' };
const OWN_CLUSTER = 'infra/acceptance/src/launch/own-cluster.ts';
const CLUSTER = { by: 'infra/cluster/test/command-line.spec.ts', as: 'knows the commands and what belongs to them' };
const MODEL = { by: 'infra/workspace/run-tests.mjs', as: '@keyturn/operator:model' };
const SIMULATION = { by: 'infra/workspace/run-tests.mjs', as: '@keyturn/operator:simulate' };
const HOURS = { because: 'it takes hours, or what it measures is the machine; docs/reports has what it wrote' };
const DISTROLESS = '--registry registry.example/team --push --base gcr.io/distroless/nodejs24-debian13';

/** Commands of blocks that say no word after their backticks, without comments, continued lines made one. */
export const RUN_ELSEWHERE: Readonly<Record<string, Elsewhere | Nowhere>> = {
  'npm ci': { because: 'no test runs before it' },
  'npm ci && npm start': LAUNCHER,
  'npm start': LAUNCHER,
  'npm ci && npm test': SUITES,
  'npm test': SUITES,
  'npx nx test @keyturn/guard': SUITES,
  'npm run lint && npm run format && npm run typecheck': {
    by: KIT,
    as: 'passes type check, lint, format check and the architecture test',
  },

  'npx nx g @keyturn/kit:service orders': ANSWERS,
  'npx nx test @keyturn/orders': { by: KIT, as: 'passes its own tests as they are' },
  [`curl -c jar -H 'content-type: application/json' -d '{"email":"demo@keyturn.dev","password":"…"}' http://localhost:8080/api/auth/sign-in/email`]:
    ANSWERS,
  'curl -b jar http://localhost:8080/api/auth/token': ANSWERS,
  'curl -H "authorization: Bearer $TOKEN" http://localhost:8080/api/$USER_ID/orders': ANSWERS,
  'npm run keyturn -- rotate access-tokens': { by: KIT, as: 'which acknowledge a rotation while requests go on' },
  'npx nx g @keyturn/kit:service-remove orders': { by: KIT, as: 'is removed by one command' },

  [`npm run images -- ${DISTROLESS}`]: MADE,
  [`npm run images -- ${DISTROLESS} orders`]: MADE,
  'npm run images': { by: OWN_CLUSTER, as: 'IMAGES' },
  'npm run images -- --load': { by: OWN_CLUSTER, as: "IMAGES, '--load'" },
  'npm run images -- --registry registry.example --push --base BASE --python-base PYTHON_BASE': {
    by: 'infra/images/test/left-out.spec.ts',
    as: '--registry r --push --base distroless',
  },
  'npm run images -- --stage DIR auth': { by: KIT, as: "'--stage'" },
  'docker build --tag registry.example/team/python:3.11 - <<EOF': { because: 'it needs an image of the internet' },

  'helm test keyturn --namespace platform --logs': HELM_TEST,
  'kubectl -n platform port-forward svc/keyturn-auth 8080:80 &': NOTES,
  'kubectl -n platform port-forward svc/keyturn-tasks 8081:80 &': NOTES,
  [`curl -c jar -H 'content-type: application/json' -H 'origin: http://localhost:8080' -d '{"email":"me@example.test","password":"a long password","name":"Me"}' http://localhost:8080/api/auth/sign-up/email`]:
    HELM_TEST,
  'TOKEN=$(curl -sb jar http://localhost:8080/api/auth/token | jq -r .token)': HELM_TEST,
  'curl -H "authorization: Bearer $TOKEN" http://localhost:8081/api/$USER_ID/tasks': NOTES,

  'npm run test:cluster': ACCEPTANCE,
  'npm run test:cluster -- --report': ACCEPTANCE,
  'KUBECONFIG=… npm run test:cluster': ACCEPTANCE,
  'npm run cluster -- up': { by: OWN_CLUSTER, as: "CLUSTER, 'up'" },
  'npm run cluster -- up && npm run cluster -- base-images && eval "$(npm run -s cluster -- env)"': {
    by: OWN_CLUSTER,
    as: "CLUSTER, 'base-images'",
  },
  'npm run images -- --load && npm run cluster -- load localhost/postgres:15': {
    by: OWN_CLUSTER,
    as: "CLUSTER, 'load', 'localhost/postgres:15'",
  },
  'helm install keyturn charts/keyturn --namespace platform --create-namespace --wait': INSTALL,
  'npm run cluster -- base-images': { by: OWN_CLUSTER, as: "CLUSTER, 'base-images'" },
  'eval "$(npm run -s cluster -- env)"': {
    by: 'infra/cluster/test/command-line.spec.ts',
    as: 'prints paths so that a shell reads them as they are',
  },
  'docker build -t localhost/app:1 . && npm run cluster -- load localhost/app:1 localhost/postgres:15': {
    by: OWN_CLUSTER,
    as: "CLUSTER, 'load', 'localhost/postgres:15'",
  },
  'helm install …': INSTALL,
  'npm run cluster -- restart kubelet': CLUSTER,
  'npm run cluster -- down': { by: OWN_CLUSTER, as: "CLUSTER, 'down'" },

  "npm run build && KEYTURN_CONFORMANCE_COMMAND='/path/to/your-service' npx nx test @keyturn/conformance": {
    because: 'whose service it is, is up to the reader; without it, it is one of the suites',
  },
  'npm run build && npx nx test @keyturn/conformance': SUITES,
  'npx nx test @keyturn/conformance': SUITES,
  'python3 -m venv .venv && .venv/bin/pip install --require-hashes -r requirements.txt': {
    by: 'infra/python/test/provide.spec.ts',
    as: 'requirements.txt',
  },
  'KEYTURN_POD_UID=me KEYTURN_STATE_DIR=/tmp/reports KEYTURN_RING_URLS=http://127.0.0.1:9000 .venv/bin/python -m reports':
    { by: 'infra/local/test/python.spec.ts', as: "'reports-1'" },
  'python -m tests': { by: 'infra/conformance/test/python.spec.ts', as: "'-m', 'tests'" },

  'npm run model': MODEL,
  "npm run model -- --only 'without lease' --trace": MODEL,
  'npm run simulate -- --seeds 500': SIMULATION,
  'npm run simulate -- --replay 17 [--bug lease]': SIMULATION,
  'npm run simulate -- --seeds 50000 --controls 0': HOURS,
  'npm run model:full': HOURS,
  'npm run model:full -- --budget 60m --report docs/reports/model.md': HOURS,
  'npm run soak': HOURS,
  'npm run bench': HOURS,
  'npm run scale -- --workloads 1000 --pods 10000 --namespaces 10': HOURS,
};
