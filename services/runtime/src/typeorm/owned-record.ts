import { Column, CreateDateColumn, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';
import type { SortKey } from './keyset.js';

/** What every record of a user has. Entities extend it; their tables have these columns. */
export abstract class OwnedRecord {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  /** `sub` of the owner's tokens. */
  @Column('text', { name: 'user_id' })
  userId: string;

  /** Milliseconds, as JSON and cursors have them. */
  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz', precision: 3 })
  updatedAt: Date;
}

/** Orders that every list of records can have, given an index on the user, the time and the id. */
export const OWNED_RECORD_SORT_KEYS = {
  createdAt: { property: 'createdAt', type: 'timestamptz' },
  updatedAt: { property: 'updatedAt', type: 'timestamptz' },
} as const satisfies Readonly<Record<string, SortKey>>;
