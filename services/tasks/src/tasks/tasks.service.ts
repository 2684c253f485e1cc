import { notFound } from '@keyturn/runtime';
import { keysetPage, type Page } from '@keyturn/runtime/typeorm';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository, type UpdateResult } from 'typeorm';
import { Task } from './task.entity.js';
import type { NewTask, TaskChange } from './task-input.js';
import { SORT_KEYS, type TaskQuery } from './task-query.js';

type Changes = Partial<Pick<Task, 'title' | 'description'>> & { readonly completed?: boolean | (() => string) };

const absent = () => notFound('There is no such task.');

/** A row as the database returns it from a write. */
interface Row {
  readonly id: string;
  readonly user_id: string;
  readonly title: string;
  readonly description: string | null;
  readonly completed: boolean;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const taskOf = ({ user_id, created_at, updated_at, ...same }: Row): Task => ({
  ...same,
  userId: user_id,
  createdAt: created_at,
  updatedAt: updated_at,
});

/** Text for LIKE that stands for itself. */
const literally = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

/**
 * Tasks of one user at a time: every statement names the user, so a task of somebody else is as absent as one that does
 * not exist. Each change is one statement.
 */
@Injectable()
export class TasksService {
  constructor(@InjectRepository(Task) private readonly tasks: Repository<Task>) {}

  list(userId: string, { completed, search, ...page }: TaskQuery): Promise<Page<Task>> {
    const query = this.tasks.createQueryBuilder('task').where('task.userId = :userId', { userId });
    if (completed !== undefined) query.andWhere('task.completed = :completed', { completed });
    if (search) {
      query.andWhere('(task.title ILIKE :text OR task.description ILIKE :text)', { text: literally(search) });
    }
    return keysetPage(query, page, SORT_KEYS);
  }

  async create(userId: string, { title, description = null, completed = false }: NewTask): Promise<Task> {
    const task = this.tasks.create({ userId, title, description, completed });
    await this.tasks.insert(task);
    return task;
  }

  async get(userId: string, id: string): Promise<Task> {
    const task = await this.tasks.findOneBy({ userId, id });
    if (!task) throw absent();
    return task;
  }

  /** Changes the fields given; with none of them the task is as it was. */
  change(userId: string, id: string, { title, description, completed }: TaskChange): Promise<Task> {
    const changes: Changes = {
      ...(title !== undefined && { title }),
      ...(description !== undefined && { description }),
      ...(completed !== undefined && { completed }),
    };
    return Object.keys(changes).length === 0 ? this.get(userId, id) : this.update(userId, id, changes);
  }

  /** Done becomes not done and the reverse, also when two ask at once. */
  toggle(userId: string, id: string): Promise<Task> {
    return this.update(userId, id, { completed: () => 'NOT completed' });
  }

  async delete(userId: string, id: string): Promise<void> {
    const { affected } = await this.tasks.delete({ userId, id });
    if (affected === 0) throw absent();
  }

  private async update(userId: string, id: string, changes: Changes): Promise<Task> {
    const query = this.tasks.createQueryBuilder().update(Task).set(changes).where({ userId, id }).returning('*');
    const { raw }: UpdateResult = await query.execute();
    const [row] = raw as Row[];
    if (!row) throw absent();
    return taskOf(row);
  }
}
