import type { Page } from '@keyturn/runtime/typeorm';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Task } from './task.entity.js';

/** A task as clients see it. */
export class TaskOutput {
  @ApiProperty({ format: 'uuid' })
  id: string;

  @ApiProperty()
  title: string;

  @ApiPropertyOptional()
  description?: string;

  @ApiProperty()
  completed: boolean;

  @ApiProperty({ format: 'date-time' })
  createdAt: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt: string;
}

export class TaskPage {
  @ApiProperty({ type: [TaskOutput] })
  items: readonly TaskOutput[];

  @ApiProperty({ type: String, nullable: true, description: '`cursor` of the next page; null on the last one' })
  nextCursor: string | null;
}

export class TaskDeleted {
  @ApiProperty({ enum: ['deleted'] })
  status: 'deleted';

  @ApiProperty({ format: 'uuid' })
  task_id: string;
}

export const taskOutput = ({ id, title, description, completed, createdAt, updatedAt }: Task): TaskOutput => ({
  id,
  title,
  ...(description !== null && { description }),
  completed,
  createdAt: createdAt.toISOString(),
  updatedAt: updatedAt.toISOString(),
});

export const taskPage = ({ items, nextCursor }: Page<Task>): TaskPage => ({ items: items.map(taskOutput), nextCursor });
