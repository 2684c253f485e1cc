import { ValidateIf, type ValidationOptions } from 'class-validator';

/** A field that may be left out, but whose value must be good when it is given: `null` is a value. */
export const IfGiven = (options?: ValidationOptions): PropertyDecorator =>
  ValidateIf((_object, value) => value !== undefined, options);
