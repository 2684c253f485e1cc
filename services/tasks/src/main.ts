import { bootstrapService } from '@keyturn/runtime';
import { readEnvironment } from './environment.js';
import { tasksService } from './service.js';

await bootstrapService(() => tasksService(readEnvironment()));
