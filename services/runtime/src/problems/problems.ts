import { type FieldProblem, ProblemException } from '@keyturn/guard';

/** 400 that names the field and the rule it breaks; the value is not repeated. */
export const invalidField = (field: string, rule: string, message: string): ProblemException =>
  invalidInput([{ field, rule, message }]);

/** 400 with one entry per field. */
export const invalidInput = (errors: readonly FieldProblem[], detail?: string): ProblemException =>
  new ProblemException({
    status: 400,
    type: 'urn:keyturn:problem:invalid-input',
    title: 'The input is not valid',
    code: 'ERR_INPUT_INVALID',
    ...(detail !== undefined && { detail }),
    ...(errors.length > 0 && { errors }),
  });

export const notFound = (detail: string): ProblemException =>
  new ProblemException({ status: 404, type: 'urn:keyturn:problem:not-found', code: 'ERR_NOT_FOUND', detail });

/** 503: something that the service needs is away; the client should come back in `retryAfterSeconds`. */
export const unavailable = (detail: string, retryAfterSeconds: number, cause?: unknown): ProblemException =>
  new ProblemException(
    { status: 503, type: 'urn:keyturn:problem:unavailable', code: 'ERR_UNAVAILABLE', detail },
    { headers: { 'Retry-After': String(retryAfterSeconds) }, cause },
  );
