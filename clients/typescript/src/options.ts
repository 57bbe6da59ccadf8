import { CountersignError } from './error.ts';

/** The number if it is whole and within bounds, both included; the default when it is not given. */
export function wholeNumber(
  option: string,
  value: number | undefined,
  bounds: { default: number; min: number; max: number },
): number {
  if (value === undefined) return bounds.default;
  if (!Number.isSafeInteger(value) || value < bounds.min || value > bounds.max) {
    throw new CountersignError(
      'OPTION_INVALID',
      `"${option}" must be a whole number from ${bounds.min} to ${bounds.max}.`,
    );
  }
  return value;
}
