#!/usr/bin/env node
// `kubectl keyturn ...`: the same commands, for the cluster of the current context.
process.argv.splice(2, 0, '--kubernetes');
await import('./keyturn.mjs');
