import { type ArgumentMetadata, Injectable, Param, type PipeTransform, ValidationPipe } from '@nestjs/common';
import { type ValidationFault, validationProblem } from '@keyturn/guard';
import { invalidField, invalidInput } from './problems.js';

const PLAIN_TYPES: ReadonlySet<unknown> = new Set([String, Number, Boolean, Array, Object]);

/** Says of a field that nobody knows what it is, not what it should be. */
const inPlainWords = ({ property, constraints, children = [] }: ValidationFault): ValidationFault => ({
  property,
  ...(constraints && {
    constraints:
      'whitelistValidation' in constraints ? { unknownField: `${property} is not a known field` } : constraints,
  }),
  children: children.map(inPlainWords),
});

/**
 * Checks bodies, queries and path parameters by the decorators of their class. Unknown fields are refused, nothing is
 * converted implicitly, a body must be an object. What is wrong is answered at once, with one entry per field.
 */
@Injectable()
export class RequestValidation extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      stopAtFirstError: true,
      transform: true,
      transformOptions: { exposeUnsetFields: false },
      validationError: { target: false, value: false },
      exceptionFactory: (faults) => validationProblem(faults.map(inPlainWords)),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { type, metatype } = metadata;
    const checked = type === 'body' && metatype !== undefined && !PLAIN_TYPES.has(metatype);
    if (checked && (typeof value !== 'object' || value === null || Array.isArray(value))) {
      throw invalidInput([], 'The body must be a JSON object.');
    }
    return super.transform(value, metadata);
  }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const uuidPipe = (name: string): PipeTransform<string, string> => ({
  transform: (value) => {
    if (!UUID.test(value)) throw invalidField(name, 'isUuid', `${name} must be a UUID`);
    return value.toLowerCase();
  },
});

/** A path parameter that is a UUID; anything else is a 400 that names it. */
export const UuidParam = (name: string): ParameterDecorator => Param(name, uuidPipe(name));
