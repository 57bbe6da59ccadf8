import { CountersignError } from '../src/error.ts';

/** The error that a promise ends with; fails if there is none, or one that the library did not throw on purpose. */
export async function refusalOf(promise: Promise<unknown>): Promise<CountersignError> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof CountersignError) return outcome;
  throw new Error('This was not refused with a CountersignError.', { cause: outcome });
}

/** The same for a function that throws at once. */
export function refusalFrom(act: () => unknown): Promise<CountersignError> {
  return refusalOf(Promise.resolve().then(act));
}
