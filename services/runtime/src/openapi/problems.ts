import { STATUS_CODES } from 'node:http';
import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { PROBLEM_JSON } from '@keyturn/guard';

const content = { [PROBLEM_JSON]: { schema: { $ref: '#/components/schemas/Problem' } } };

/** Documents the errors of a route: every one of them is problem+json. Those of the guard are there by themselves. */
export const ApiProblems = (...statuses: readonly number[]): MethodDecorator & ClassDecorator =>
  applyDecorators(
    ...statuses.map((status) => ApiResponse({ status, description: STATUS_CODES[status] ?? '', content })),
  );
