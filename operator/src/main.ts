import { runCommand } from './cli/main.js';
import { readEnvironment } from './environment.js';

process.exitCode = await runCommand(process.argv.slice(2), readEnvironment());
