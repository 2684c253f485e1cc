import type { ServiceDefinition } from '@keyturn/runtime';
import { guardedService } from '@keyturn/runtime/typeorm';
import type { TasksEnvironment } from './environment.js';
import { Task } from './tasks/task.entity.js';
import { TasksModule } from './tasks/tasks.module.js';

/** The service as a process runs it; a test may put its own parts in place. */
export const tasksService = (environment: TasksEnvironment): ServiceDefinition<TasksEnvironment> =>
  guardedService({
    name: 'tasks',
    environment,
    module: TasksModule,
    entities: [Task],
    openApi: { title: 'Tasks', description: 'Tasks of the signed-in user', version: '1' },
  });
