import { databaseProblem, type ServiceContext, type ServiceDefinition, tokenGuard } from '@keyturn/runtime';
import { serveOpenApi } from '@keyturn/runtime/openapi';
import { databaseModule } from '@keyturn/runtime/typeorm';
import { type DynamicModule, Module } from '@nestjs/common';
import type { TasksEnvironment } from './environment.js';
import { Task } from './tasks/task.entity.js';
import { TasksModule } from './tasks/tasks.module.js';

@Module({})
class TasksServiceModule {}

/** The database, the guard on every route, and the domain. */
const rootModule = (context: ServiceContext<TasksEnvironment>): DynamicModule => ({
  module: TasksServiceModule,
  imports: [
    databaseModule({
      url: context.environment.DATABASE_URL,
      applicationName: 'keyturn-tasks',
      logger: context.logger,
      entities: [Task],
    }),
    tokenGuard(context),
    TasksModule,
  ],
});

/** The service as a process runs it; a test may put its own parts in place. */
export const tasksService = (environment: TasksEnvironment): ServiceDefinition<TasksEnvironment> => ({
  name: 'tasks',
  environment,
  rings: [{ ring: environment.KEYTURN_TOKEN_RING, role: environment.KEYTURN_TOKEN_RING_ROLE }],
  module: rootModule,
  errors: [databaseProblem],
  https: environment.KEYTURN_BASE_URL.startsWith('https:'),
  configure: (app) => serveOpenApi(app, { title: 'Tasks', description: 'Tasks of the signed-in user', version: '1' }),
});
