import { GuardModule } from '@keyturn/guard';
import { databaseProblem, type ServiceContext, type ServiceDefinition } from '@keyturn/runtime';
import { serveOpenApi } from '@keyturn/runtime/openapi';
import { databaseModule } from '@keyturn/runtime/typeorm';
import { type DynamicModule, Module } from '@nestjs/common';
import type { TasksEnvironment } from './environment.js';
import { Task } from './tasks/task.entity.js';
import { TasksModule } from './tasks/tasks.module.js';

@Module({})
class TasksServiceModule {}

/** The database, the guard on every route, and the domain. */
const rootModule = ({ environment, logger, nodes }: ServiceContext<TasksEnvironment>): DynamicModule => {
  const [node] = nodes;
  if (!node) throw new TypeError('the service needs the ring of its tokens');
  return {
    module: TasksServiceModule,
    imports: [
      databaseModule({ url: environment.DATABASE_URL, applicationName: 'keyturn-tasks', logger, entities: [Task] }),
      GuardModule.forRoot({
        method: 'ring',
        node,
        audience: environment.KEYTURN_AUDIENCE,
        issuer: environment.KEYTURN_BASE_URL,
        problems: false,
      }),
      TasksModule,
    ],
  };
};

/** The service as a process runs it; a test may put its own parts in place. */
export const tasksService = (environment: TasksEnvironment): ServiceDefinition<TasksEnvironment> => ({
  name: 'tasks',
  environment,
  rings: [{ ring: environment.KEYTURN_TOKEN_RING, role: 'verifier' }],
  module: rootModule,
  errors: [databaseProblem],
  https: environment.KEYTURN_BASE_URL.startsWith('https:'),
  configure: (app) => serveOpenApi(app, { title: 'Tasks', description: 'Tasks of the signed-in user', version: '1' }),
});
