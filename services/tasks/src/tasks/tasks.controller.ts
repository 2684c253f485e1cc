import { CurrentUser, PathUser, Permissions } from '@keyturn/guard';
import { Located, UuidParam } from '@keyturn/runtime';
import { ApiProblems } from '@keyturn/runtime/openapi';
import { pageBody } from '@keyturn/runtime/typeorm';
import { Body, Controller, Delete, Get, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiParam, ApiTags } from '@nestjs/swagger';
import { NewTask, TaskChange } from './task-input.js';
import { TaskDeleted, TaskOutput, TaskPage, taskOutput } from './task-output.js';
import { TaskQuery } from './task-query.js';
import { TasksService } from './tasks.service.js';

/** Tasks of the user in the path, who is the user of the token. */
@ApiTags('tasks')
@ApiParam({ name: 'userId', description: '`sub` of the token' })
@ApiProblems(400, 503)
@PathUser('userId')
@Controller('api/:userId/tasks')
export class TasksController {
  constructor(private readonly tasks: TasksService) {}

  @Get()
  @Permissions('tasks:read')
  @ApiOkResponse({ type: TaskPage })
  async list(@CurrentUser('userId') userId: string, @Query() query: TaskQuery): Promise<TaskPage> {
    return pageBody(await this.tasks.list(userId, query), taskOutput);
  }

  @Post()
  @Permissions('tasks:write')
  @ApiCreatedResponse({ type: TaskOutput })
  @ApiProblems(413, 415)
  @Located()
  async create(@CurrentUser('userId') userId: string, @Body() body: NewTask): Promise<TaskOutput> {
    return taskOutput(await this.tasks.create(userId, body));
  }

  @Get(':id')
  @Permissions('tasks:read')
  @ApiOkResponse({ type: TaskOutput })
  @ApiProblems(404)
  async get(@CurrentUser('userId') userId: string, @UuidParam('id') id: string): Promise<TaskOutput> {
    return taskOutput(await this.tasks.get(userId, id));
  }

  @Put(':id')
  @Permissions('tasks:write')
  @ApiOkResponse({ type: TaskOutput })
  @ApiProblems(404, 413, 415)
  async change(
    @CurrentUser('userId') userId: string,
    @UuidParam('id') id: string,
    @Body() body: TaskChange,
  ): Promise<TaskOutput> {
    return taskOutput(await this.tasks.change(userId, id, body));
  }

  @Patch(':id/complete')
  @Permissions('tasks:write')
  @ApiOkResponse({ type: TaskOutput })
  @ApiProblems(404)
  async toggle(@CurrentUser('userId') userId: string, @UuidParam('id') id: string): Promise<TaskOutput> {
    return taskOutput(await this.tasks.toggle(userId, id));
  }

  @Delete(':id')
  @Permissions('tasks:write')
  @ApiOkResponse({ type: TaskDeleted })
  @ApiProblems(404)
  async delete(@CurrentUser('userId') userId: string, @UuidParam('id') id: string): Promise<TaskDeleted> {
    await this.tasks.delete(userId, id);
    return { status: 'deleted', task_id: id };
  }
}
