import { OwnedRecord } from '@keyturn/runtime/typeorm';
import { Column, Entity } from 'typeorm';

@Entity('tasks')
export class Task extends OwnedRecord {
  @Column('text')
  title: string;

  @Column('text', { nullable: true })
  description: string | null;

  @Column('boolean', { default: false })
  completed: boolean;
}
