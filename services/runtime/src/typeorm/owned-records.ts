import type {
  DeepPartial,
  FindOptionsWhere,
  ObjectLiteral,
  QueryDeepPartialEntity,
  Repository,
  SelectQueryBuilder,
} from 'typeorm';
import { notFound } from '../problems/problems.js';
import type { OwnedRecord } from './owned-record.js';

/** What a client gives of a record; `undefined` is not given. */
export type Fields<T extends OwnedRecord> = { readonly [K in keyof Omit<T, keyof OwnedRecord>]?: T[K] | undefined };

/** The same for a change, where a field may be computed by SQL. */
export type Changes<T extends OwnedRecord> = {
  readonly [K in keyof Fields<T>]?: Fields<T>[K] | (() => string);
};

const given = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;

/**
 * Records of one user at a time: every statement names the user, so a record of somebody else is as absent as one that
 * does not exist. Each change is one statement. `absent` is the sentence of a 404.
 */
export abstract class OwnedRecords<T extends OwnedRecord> {
  protected constructor(
    protected readonly records: Repository<T>,
    private readonly absent: string,
  ) {}

  async create(userId: string, fields: Fields<T>): Promise<T> {
    const record = this.records.create({ ...fields, userId } as unknown as DeepPartial<T>);
    await this.records.insert(record as QueryDeepPartialEntity<T>);
    return record;
  }

  async get(userId: string, id: string): Promise<T> {
    const record = await this.records.findOneBy(this.one(userId, id));
    if (!record) throw notFound(this.absent);
    return record;
  }

  /** Changes the fields given; with none of them the record is as it was. */
  async change(userId: string, id: string, fields: Changes<T>): Promise<T> {
    const changes = given(fields);
    if (Object.keys(changes).length === 0) return this.get(userId, id);
    const update = this.records
      .createQueryBuilder()
      .update()
      .set(changes as QueryDeepPartialEntity<T>);
    const { raw } = await update.where(this.one(userId, id)).returning('*').execute();
    const [row] = raw as ObjectLiteral[];
    if (!row) throw notFound(this.absent);
    return this.recordOf(row);
  }

  async delete(userId: string, id: string): Promise<void> {
    const { affected } = await this.records.delete(this.one(userId, id));
    if (affected === 0) throw notFound(this.absent);
  }

  /** The records of a user, as `record`, to be filtered further. */
  protected of(userId: string): SelectQueryBuilder<T> {
    return this.records.createQueryBuilder('record').where('record.userId = :userId', { userId });
  }

  private one(userId: string, id: string): FindOptionsWhere<T> {
    return { userId, id } as FindOptionsWhere<T>;
  }

  /** The record of a row as the database returns it from a write. */
  private recordOf(row: ObjectLiteral): T {
    const { metadata, manager } = this.records;
    const record = this.records.create();
    for (const column of metadata.columns) {
      const value: unknown = manager.dataSource.driver.prepareHydratedValue(row[column.databaseName], column);
      column.setEntityValue(record, value);
    }
    return record;
  }
}
