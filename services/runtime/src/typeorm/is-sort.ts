import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { IfGiven } from '../problems/if-given.js';
import type { SortKey } from './keyset.js';

/** The order of a list: one of the keys, with `-` in front for the greatest first. `standard` is told in the document. */
export const IsSort = (keys: Readonly<Record<string, SortKey>>, standard: string): PropertyDecorator => {
  const sorts = Object.keys(keys).flatMap((key) => [key, `-${key}`]);
  return applyDecorators(
    ApiPropertyOptional({ enum: sorts, default: standard, description: '`-` in front: the greatest first' }),
    IfGiven(),
    IsIn(sorts, { message: `$property must be one of ${sorts.join(', ')}` }),
  );
};
