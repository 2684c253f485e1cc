import { keysetPage, OwnedRecords, type Page } from '@keyturn/runtime/typeorm';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Task } from './task.entity.js';
import type { NewTask } from './task-input.js';
import { SORT_KEYS, type TaskQuery } from './task-query.js';

/** Text for LIKE that stands for itself. */
const literally = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

/** Tasks of one user at a time. */
@Injectable()
export class TasksService extends OwnedRecords<Task> {
  constructor(@InjectRepository(Task) tasks: Repository<Task>) {
    super(tasks, 'There is no such task.');
  }

  list(userId: string, { completed, search, ...page }: TaskQuery): Promise<Page<Task>> {
    const query = this.of(userId);
    if (completed !== undefined) query.andWhere('record.completed = :completed', { completed });
    if (search) {
      query.andWhere('(record.title ILIKE :text OR record.description ILIKE :text)', { text: literally(search) });
    }
    return keysetPage(query, page, SORT_KEYS);
  }

  override create(userId: string, { title, description = null, completed = false }: NewTask): Promise<Task> {
    return super.create(userId, { title, description, completed });
  }

  /** Done becomes not done and the reverse, also when two ask at once. */
  toggle(userId: string, id: string): Promise<Task> {
    return this.change(userId, id, { completed: () => 'NOT completed' });
  }
}
