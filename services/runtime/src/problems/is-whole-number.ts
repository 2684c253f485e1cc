import { Transform } from 'class-transformer';
import { ValidateBy } from 'class-validator';

/** Digits only: no sign, no exponent, no white space. */
const DIGITS = /^\d{1,15}$/;

/** A whole number within bounds; from a query, where everything is text, it is read as one. */
export const IsWholeNumber = (min: number, max: number): PropertyDecorator => {
  const read = Transform(({ value }) => (typeof value === 'string' && DIGITS.test(value) ? Number(value) : value));
  const check = ValidateBy({
    name: 'isWholeNumber',
    validator: {
      validate: (value) => Number.isInteger(value) && value >= min && value <= max,
      defaultMessage: () => `$property must be a whole number from ${min} to ${max}`,
    },
  });
  return (target, property) => {
    read(target, property as string);
    check(target, property);
  };
};
