import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';

export const PROBLEM_JSON = 'application/problem+json';

/** One fault of one field of the input. */
export interface FieldProblem {
  /** The field, as a path with dots: `address.city`. */
  readonly field: string;
  /** The rule that it breaks, for programs: `maxLength`. */
  readonly rule?: string;
  /** For people. Never repeats a secret value. */
  readonly message: string;
}

/** The body of every error (RFC 9457). */
export interface ProblemDetails {
  /** `about:blank` when the status says it all. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  /** Literal code, for programs. */
  readonly code?: string;
  readonly errors?: readonly FieldProblem[];
}

export interface ProblemOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** Members that are left out follow from the status. */
export type ProblemInput = Partial<ProblemDetails> & { readonly status: number };

export const problemOf = (input: ProblemInput): ProblemDetails => ({
  type: 'about:blank',
  title: STATUS_CODES[input.status] ?? 'Error',
  ...input,
});

/** Thrown by a service to answer with a problem of its own making. */
export class ProblemException extends HttpException {
  readonly problem: ProblemDetails;
  readonly headers: Readonly<Record<string, string>>;

  constructor(input: ProblemInput, options: ProblemOptions = {}) {
    const problem = problemOf(input);
    super({ ...problem }, problem.status, { cause: options.cause });
    this.problem = problem;
    this.headers = options.headers ?? {};
    this.message = problem.detail ?? problem.title;
  }
}

/** What class-validator reports; named by shape so that the guard does not need it. */
export interface ValidationFault {
  readonly property: string;
  readonly constraints?: Readonly<Record<string, string>>;
  readonly children?: readonly ValidationFault[];
}

const fieldProblems = (faults: readonly ValidationFault[], parent = ''): FieldProblem[] =>
  faults.flatMap(({ property, constraints = {}, children = [] }) => {
    const field = parent === '' ? property : `${parent}.${property}`;
    const own = Object.entries(constraints).map(([rule, message]) => ({ field, rule, message }));
    return [...own.slice(0, 1), ...fieldProblems(children, field)];
  });

/**
 * For Nest's ValidationPipe: `new ValidationPipe({ exceptionFactory: validationProblem })`. One entry for each field.
 */
export const validationProblem = (faults: readonly ValidationFault[]): ProblemException =>
  new ProblemException({
    status: 400,
    type: 'urn:keyturn:problem:invalid-input',
    title: 'The input is not valid',
    code: 'ERR_INPUT_INVALID',
    errors: fieldProblems(faults),
  });
