import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { IfGiven } from '../problems/if-given.js';
import { IsWholeNumber } from '../problems/is-whole-number.js';

export const DEFAULT_LIMIT = 20;
export const MAX_LIMIT = 100;

/** The query of every list that comes in pages. Subclasses add `sort` and their filters. */
export class PageQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT, description: 'Most items of a page' })
  @IfGiven()
  @IsWholeNumber(1, MAX_LIMIT)
  limit: number = DEFAULT_LIMIT;

  @ApiPropertyOptional({ description: '`nextCursor` of the page before; valid with the same `sort` only' })
  @IfGiven()
  @IsString({ message: '$property must be given once' })
  @MaxLength(2000)
  cursor?: string;
}
