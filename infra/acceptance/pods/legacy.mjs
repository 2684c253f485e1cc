// A workload that has its secret from an environment variable: it learns of a key when it is started again, never before.
const { keys } = JSON.parse(process.env.SESSION_RING);
for (const { kid, state } of keys)
  if (state === 'active' || state === 'pending') process.stdout.write(`${state} ${kid}\n`);
process.on('SIGTERM', () => process.exit(0));
setInterval(() => undefined, 60_000);
