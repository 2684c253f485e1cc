import type { Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import type { Page } from './keyset.js';

/** A page as clients see it. */
export interface PageBody<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** The class of a page in the document of the routes: `class OrderPage extends PageOf(OrderOutput) {}`. */
export const PageOf = <T extends object>(output: Type<T>): Type<PageBody<T>> => {
  class PageOutput implements PageBody<T> {
    @ApiProperty({ type: [output] })
    items: readonly T[];

    @ApiProperty({ type: String, nullable: true, description: '`cursor` of the next page; null on the last one' })
    nextCursor: string | null;
  }
  return PageOutput;
};

/** A page of records as clients see it, each by `output`. */
export const pageBody = <T, O>({ items, nextCursor }: Page<T>, output: (record: T) => O): PageBody<O> => ({
  items: items.map(output),
  nextCursor,
});
