import { PageOf, RecordOutput, recordOutput } from '@keyturn/runtime/typeorm';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Task } from './task.entity.js';

/** A task as clients see it. */
export class TaskOutput extends RecordOutput {
  @ApiProperty()
  title: string;

  @ApiPropertyOptional()
  description?: string;

  @ApiProperty()
  completed: boolean;
}

export class TaskPage extends PageOf(TaskOutput) {}

export class TaskDeleted {
  @ApiProperty({ enum: ['deleted'] })
  status: 'deleted';

  @ApiProperty({ format: 'uuid' })
  task_id: string;
}

export const taskOutput = (task: Task): TaskOutput => ({
  ...recordOutput(task),
  title: task.title,
  ...(task.description !== null && { description: task.description }),
  completed: task.completed,
});
