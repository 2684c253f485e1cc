import { IfGiven, IsText } from '@keyturn/runtime';
import { IsSort, OWNED_RECORD_SORT_KEYS, PageQuery, type SortKey } from '@keyturn/runtime/typeorm';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean } from 'class-validator';

/** Each has an index that a page walks along. */
export const SORT_KEYS: Readonly<Record<string, SortKey>> = {
  ...OWNED_RECORD_SORT_KEYS,
  title: { property: 'title', type: 'text' },
};

const flag = ({ value }: { value: unknown }): unknown => (value === 'true' ? true : value === 'false' ? false : value);

/** Query of the list. */
export class TaskQuery extends PageQuery {
  @ApiPropertyOptional({ type: Boolean, description: 'Only tasks that are done, or only those that are not' })
  @IfGiven()
  @Transform(flag)
  @IsBoolean({ message: '$property must be true or false' })
  completed?: boolean;

  @ApiPropertyOptional({ maxLength: 200, description: 'Only tasks with this text in title or description' })
  @IfGiven()
  @IsText({ max: 200 })
  search?: string;

  @IsSort(SORT_KEYS, '-createdAt')
  sort: string = '-createdAt';
}
