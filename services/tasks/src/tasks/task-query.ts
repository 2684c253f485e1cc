import { IfGiven, IsText } from '@keyturn/runtime';
import { PageQuery, type SortKey } from '@keyturn/runtime/typeorm';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn } from 'class-validator';

export const SORT_KEYS: Readonly<Record<string, SortKey>> = {
  createdAt: { property: 'createdAt', type: 'timestamptz' },
  updatedAt: { property: 'updatedAt', type: 'timestamptz' },
  title: { property: 'title', type: 'text' },
};
const SORTS = Object.keys(SORT_KEYS).flatMap((key) => [key, `-${key}`]);

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

  @ApiPropertyOptional({ enum: SORTS, default: '-createdAt', description: '`-` in front: the greatest first' })
  @IfGiven()
  @IsIn(SORTS, { message: `$property must be one of ${SORTS.join(', ')}` })
  sort: string = '-createdAt';
}
