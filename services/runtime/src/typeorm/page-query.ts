import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

export const DEFAULT_LIMIT = 20;
export const MAX_LIMIT = 100;

/** Numbers in a query are digits: no signs, no exponents, no white space. */
const digits = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;

/** The query of every list that comes in pages. Subclasses add `sort` and their filters. */
export class PageQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: MAX_LIMIT, default: DEFAULT_LIMIT, description: 'Most items of a page' })
  @IsOptional()
  @Transform(digits)
  @IsInt({ message: '$property must be a whole number' })
  @Min(1)
  @Max(MAX_LIMIT)
  limit: number = DEFAULT_LIMIT;

  @ApiPropertyOptional({ description: '`nextCursor` of the page before; valid with the same `sort` only' })
  @IsOptional()
  @IsString({ message: '$property must be given once' })
  @MaxLength(2000)
  cursor?: string;
}
