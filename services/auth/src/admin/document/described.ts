import { applyDecorators } from '@nestjs/common';
import {
  ApiBody,
  ApiCookieAuth,
  ApiOperation,
  ApiQuery,
  ApiResponse,
  ApiTags,
  type SchemaObject,
} from '@nestjs/swagger';
import { ApiProblems } from '@keyturn/runtime/openapi';

/** Name of the session in the document. */
export const SESSION_SCHEME = 'session';

/** A controller of the admin API: asks for the session of an administrator, never for a token. */
export const Administrative = (tag: string): ClassDecorator =>
  applyDecorators(ApiTags(tag), ApiCookieAuth(SESSION_SCHEME), ApiProblems(400, 403));

export interface Description {
  readonly summary: string;
  readonly status?: number;
  readonly answer?: SchemaObject;
  readonly body?: SchemaObject;
  /** Optional parameters of the query. */
  readonly query?: readonly string[];
  /** Problems besides 400, 401, 403 and 503. */
  readonly problems?: readonly number[];
}

export const Described = (description: Description): MethodDecorator => {
  const { summary, status = 200, answer, body, query = [], problems = [] } = description;
  return applyDecorators(
    ApiOperation({ summary }),
    ApiResponse({ status, description: summary, ...(answer && { schema: answer }) }),
    ApiProblems(...problems),
    ...query.map((name) => ApiQuery({ name, required: false, schema: { type: 'string' } })),
    ...(body ? [ApiBody({ schema: body })] : []),
  );
};
