// The page: draws what the launcher sends as server-sent events. Text only, nothing of it is ever read as HTML.

const byId = (id) => document.getElementById(id);

/** An element with attributes and children; a child is an element or text. */
const h = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) element.setAttribute(key, value);
  element.append(...children.flat(2).filter((child) => child !== undefined && child !== ''));
  return element;
};

// ---- time

/** Difference between the launcher's clock and ours, so that counting down agrees with it. */
let clockOffsetMs = 0;

const spell = (ms) => {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} days`;
};

/** A time that keeps counting: `until` down, `since` up. */
const counting = (direction, at) => h('time', { datetime: at, 'data-count': direction });

const count = () => {
  const now = Date.now() + clockOffsetMs;
  for (const element of document.querySelectorAll('[data-count]')) {
    const at = Date.parse(element.getAttribute('datetime'));
    const text = spell(element.dataset.count === 'until' ? at - now : now - at);
    if (element.textContent !== text) element.textContent = text;
  }
};

// ---- rings

const LANES = [
  { title: 'Standby', states: ['pending'], explain: 'Accepted everywhere, signs nothing yet.' },
  { title: 'Signs', states: ['active'], explain: 'New credentials are made with it.' },
  { title: 'Drains', states: ['draining'], explain: 'Signs no more; accepted while its credentials live.' },
  { title: 'Gone', states: ['retired', 'compromised', 'revoked'], explain: 'Refused everywhere, destroyed.' },
];
const GONE_SHOWN = 2;

const keyNote = ({ state, provenAt, activatedAt, drainUntil }) => {
  if (state === 'pending') return provenAt ? ['proven ', counting('since', provenAt), ' ago'] : ['being proven'];
  if (state === 'active') return activatedAt ? ['for ', counting('since', activatedAt)] : ['signs'];
  if (state === 'draining') return drainUntil ? ['accepted for ', counting('until', drainUntil)] : ['accepted'];
  return [{ retired: 'retired', compromised: 'leaked: being refused', revoked: 'revoked everywhere' }[state]];
};

const short = (kid) => (kid.length > 12 ? `${kid.slice(0, 10)}…` : kid);

const keyBox = (ring, key) =>
  h(
    'div',
    { class: 'key', 'data-state': key.state, 'data-key': `${ring}/${key.kid}` },
    h('span', { class: 'kid', title: key.kid }, short(key.kid)),
    keyNote(key),
  );

const lane = ({ title, states, explain }, { ring, keys }) => {
  const here = keys.filter(({ state }) => states.includes(state)).sort((a, b) => b.since - a.since);
  const shown = title === 'Gone' ? here.slice(0, GONE_SHOWN) : here;
  return h(
    'div',
    { class: 'lane' },
    h('h3', {}, title),
    h('p', {}, explain),
    shown.map((key) => keyBox(ring, key)),
  );
};

/** Who has acknowledged the ring's generation: what the processes say themselves, else what the operator has seen. */
const acknowledgements = (ring, processes) => {
  const said = new Map(
    processes.flatMap(({ name, rings }) => {
      const receipt = rings.find((one) => one.ring === ring.ring);
      return receipt ? [[name, Math.min(receipt.loaded, receipt.durable)]] : [];
    }),
  );
  const consumers = ring.consumers.processes.map(({ name, role, generation, why }) => {
    const proved = said.get(name) ?? generation;
    return { name, role, proved, current: proved >= ring.generation, why: said.has(name) ? undefined : why };
  });
  const current = consumers.filter((one) => one.current).length;
  return h(
    'div',
    {},
    h('h3', {}, `Generation ${ring.generation}: acknowledged by ${current} of ${consumers.length} processes`),
    h(
      'ul',
      { class: 'acks' },
      consumers.map(({ name, role, proved, current: isCurrent, why }) =>
        h(
          'li',
          { class: isCurrent ? 'current' : undefined, title: `${role}, generation ${proved}${why ? `, ${why}` : ''}` },
          `${isCurrent ? '✓' : '…'} ${name} `,
          h('small', {}, why === 'NotAnswering' ? 'does not answer' : isCurrent ? role : `at ${proved}`),
        ),
      ),
    ),
    notice(ring),
  );
};

const notice = ({ conditions }) => {
  const of = (type) => conditions.find((condition) => condition.type === type && condition.status === 'True');
  const stalled = of('Stalled');
  if (stalled) return h('p', { class: 'held stalled' }, stalled.message);
  const progressing = of('Progressing');
  return progressing ? h('p', { class: 'held' }, progressing.message) : undefined;
};

const WHAT = { rotate: 'Rotation', revoke: 'Revocation', abort: 'Abort', recover: 'Recovery' };

const runEntry = (run) => {
  const begun = run.timeline[0]?.at;
  const ended = run.timeline.at(-1)?.at;
  const ms = Date.parse(ended) - Date.parse(begun);
  const took = ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
  const proved = run.provenBy.length > 0 ? `, proved by ${run.provenBy.length} processes` : '';
  const outcome = run.phase === 'Complete' ? `complete in ${took}${proved}` : run.phase.toLowerCase();
  const steps = run.phase === 'Complete' ? '' : run.timeline.map(({ event }) => event).join(' → ');
  return h(
    'li',
    {},
    `${WHAT[run.kind] ?? run.kind}, ${run.reason.toLowerCase()}: ${outcome}`,
    begun ? h('span', { class: 'quiet' }, ' · ', counting('since', begun), ' ago') : undefined,
    run.refused ? h('div', { class: 'steps' }, run.refused.message) : undefined,
    steps ? h('div', { class: 'steps' }, steps) : undefined,
  );
};

const ringRuns = (runs) =>
  h(
    'div',
    {},
    h('h3', {}, 'Latest runs'),
    runs.length > 0 ? h('ul', { class: 'runs' }, runs.map(runEntry)) : h('p', { class: 'quiet' }, 'None yet.'),
  );

const KINDS = { SigningKey: 'signing key', SharedSecret: 'shared secret' };

const ringPanel = (ring, processes, runs) => {
  const id = `ring-${ring.ring}`;
  const kind = `${KINDS[ring.type] ?? ring.type}${ring.algorithm === 'opaque' ? '' : ` ${ring.algorithm}`}`;
  const next = ring.nextRotation
    ? h('p', {}, 'next rotation in ', h('b', {}, counting('until', ring.nextRotation)))
    : h('p', {}, 'rotates on request');
  return h(
    'section',
    { class: 'panel', 'aria-labelledby': id },
    h('div', { class: 'ring-head' }, h('h2', { id }, ring.ring, h('span', { class: 'quiet' }, ` · ${kind}`)), next),
    h(
      'div',
      { class: 'lanes' },
      LANES.map((one) => lane(one, ring)),
    ),
    h('div', { class: 'below' }, acknowledgements(ring, processes), ringRuns(runs)),
  );
};

/** Where each key stands: in which lane, and where in its ring. */
const placesOfKeys = (container) =>
  new Map(
    [...container.querySelectorAll('[data-key]')].map((element) => {
      const frame = element.closest('.lanes').getBoundingClientRect();
      const { x, y } = element.getBoundingClientRect();
      return [element.dataset.key, { element, x: x - frame.x, y: y - frame.y, state: element.dataset.state }];
    }),
  );

/** Replaces content; a key that changed its state glides to its new lane, a new one fades in. */
const redraw = (container, content) => {
  const before = placesOfKeys(container);
  container.replaceChildren(...content);
  if (before.size === 0 || matchMedia('(prefers-reduced-motion: reduce)').matches) return;
  for (const [key, { element, x, y, state }] of placesOfKeys(container)) {
    const from = before.get(key);
    if (!from) element.animate({ opacity: [0, 1] }, { duration: 600, easing: 'ease-out' });
    else if (from.state !== state) {
      const transform = [`translate(${from.x - x}px, ${from.y - y}px)`, 'none'];
      element.animate({ transform }, { duration: 800, easing: 'cubic-bezier(.3,.1,.2,1)' });
    }
  }
};

// ---- figures and processes

const figure = (name, value, tone) => h('div', { class: tone }, h('dt', {}, name), h('dd', {}, value));

/** What somebody who is signed in notices of all this. */
const visit = ({ visitor }) => {
  if (!visitor) return [];
  const { requests, failed, refused, signedOut, tokens, kid, signedInSince } = visitor;
  const number = (value) => value.toLocaleString('en');
  const since = signedInSince
    ? ['Signed in for ', counting('since', signedInSince), ' with one session: ']
    : ['Signing in: '];
  return [
    h('b', {}, 'A visitor '),
    'uses the platform twice a second. ',
    since,
    `${number(requests)} requests with ${number(tokens)} access token${tokens === 1 ? '' : 's'}, `,
    h('b', { class: failed === 0 ? 'good' : 'bad' }, `${number(failed)} failed`),
    refused > 0 ? `, ${number(refused)} token${refused === 1 ? '' : 's'} refused after a revocation` : '',
    ', signed out ',
    h('b', { class: signedOut === 0 ? 'good' : 'bad' }, `${number(signedOut)} times`),
    kid ? ['. Its token is signed by ', h('span', { class: 'kid', title: kid }, short(kid))] : '.',
  ];
};

const figures = ({ traffic, processes, rings }) => {
  const ready = processes.filter(({ phase }) => phase === 'ready').length;
  const signing = rings.filter(({ activeKid }) => activeKid).length;
  return [
    figure('requests served', traffic.requests.toLocaleString('en')),
    figure('a second', traffic.perSecond.toFixed(traffic.perSecond < 9.95 ? 1 : 0)),
    figure('failed requests', traffic.failed.toLocaleString('en'), traffic.failed === 0 ? 'good' : 'bad'),
    figure('processes ready', `${ready} of ${processes.length}`, ready === processes.length ? 'good' : undefined),
    figure('rings with a signing key', `${signing} of ${rings.length}`, signing === rings.length ? 'good' : 'bad'),
  ];
};

const processTable = ({ processes, rings }) => {
  const names = rings.map(({ ring }) => ring);
  const generation = (process, ring) => {
    const receipt = process.rings.find((one) => one.ring === ring);
    return receipt ? `${receipt.role}, generation ${receipt.loaded}` : '–';
  };
  const head = ['Process', 'State', 'Pid', 'Restarts', ...names, 'Log'];
  const row = (process) => [
    h('td', {}, h('b', {}, process.name)),
    h('td', {}, h('span', { class: 'phase', 'data-phase': process.phase }, process.phase)),
    h('td', {}, process.pid === null ? '–' : String(process.pid)),
    h('td', {}, String(Math.max(0, process.starts - 1))),
    ...names.map((ring) => h('td', {}, generation(process, ring))),
    h('td', {}, h('code', {}, process.log.split('/').slice(-3).join('/'))),
  ];
  return [
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        head.map((text) => h('th', { scope: 'col' }, text)),
      ),
    ),
    h(
      'tbody',
      {},
      processes.map((process) => h('tr', {}, row(process))),
    ),
  ];
};

// ---- the stream

const drawn = new Map();

/** Draws a part only when what it shows has changed. */
const draw = (part, shown, work) => {
  const key = JSON.stringify(shown);
  if (drawn.get(part) === key) return;
  drawn.set(part, key);
  work();
};

const show = (snapshot) => {
  clockOffsetMs = Date.parse(snapshot.at) - Date.now();
  const rings = snapshot.rings.map(({ observedAt: _observedAt, ...ring }) => ring);
  rings.sort((a, b) => a.ring.localeCompare(b.ring));
  const processes = snapshot.processes;
  draw(
    'figures',
    [snapshot.traffic, processes.map(({ phase }) => phase), rings.map(({ activeKid }) => activeKid)],
    () => byId('figures').replaceChildren(...figures({ ...snapshot, rings })),
  );
  draw('visitor', snapshot.visitor, () => byId('visitor').replaceChildren(...visit(snapshot).flat(2)));
  if (rings.length > 0) {
    draw('rings', [rings, snapshot.runs, processes.map(({ name, rings: receipts }) => [name, receipts])], () =>
      redraw(
        byId('rings'),
        rings.map((ring) =>
          ringPanel(
            ring,
            processes,
            snapshot.runs.filter((run) => run.ring === ring.ring),
          ),
        ),
      ),
    );
  }
  draw('processes', [processes, rings.map(({ ring }) => ring)], () =>
    byId('processes').replaceChildren(...processTable({ processes, rings })),
  );
  byId('a-pid').textContent = processes.find(({ name, pid }) => name === 'tasks-1' && pid !== null)?.pid ?? 'PID';
  byId('mail').href = snapshot.mailUrl;
  count();
};

const link = (state, text) => {
  byId('link').dataset.state = state;
  byId('link').textContent = text;
};

const events = new EventSource('/_keyturn/events');
events.addEventListener('message', ({ data }) => {
  link('live', 'live');
  show(JSON.parse(data));
});
events.addEventListener('error', () => link('lost', 'the launcher does not answer'));
setInterval(count, 500);
