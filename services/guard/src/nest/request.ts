import type { ExecutionContext } from '@nestjs/common';

/** What the guard reads of a request, and the one member it writes. Express and Fastify both have it. */
export interface GuardedRequest {
  readonly headers: { readonly authorization?: string | undefined; readonly cookie?: string | undefined };
  readonly params?: unknown;
  user?: unknown;
}

type Extractor = (context: ExecutionContext) => GuardedRequest;

/** How each kind of context gives its request. A kind that is not listed is refused, not let through. */
const EXTRACTORS: Readonly<Record<string, Extractor>> = {
  // What switchToHttp().getRequest() gives, without the object and the closures that it makes for each request.
  http: (context) => context.getArgByIndex<GuardedRequest>(0),
};

/** Throws TypeError for a kind of context that the guard cannot read. */
export function requestOf(context: ExecutionContext): GuardedRequest {
  const extract = EXTRACTORS[context.getType()];
  if (extract === undefined) throw new TypeError(`the guard cannot read requests of type ${context.getType()}`);
  return extract(context);
}
