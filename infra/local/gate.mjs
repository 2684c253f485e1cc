// Loaded first into every process that the launcher starts: waits until the launcher has written down who this process is.
// A launcher that died before it could do so leaves no process behind that nobody knows of.
import { closeSync, readSync } from 'node:fs';

const GATE = 3;
if (readSync(GATE, Buffer.alloc(1)) === 0) process.exit(1);
closeSync(GATE);
