import { CodedError } from '@countersign/protocol/coded-error';
import { Overloaded } from './ports/password-hasher.ts';
import { StoreUnavailable } from './ports/store.ts';

/**
 * A dependency of a decision failed: a seed did not decrypt, a country lookup or a signature failed. No user is signed
 * in and no factor is skipped: the response is 503 (SR-3).
 */
export class DependencyFailed extends CodedError {
  readonly code = 'DEPENDENCY_FAILED';
  constructor(what: string, options: ErrorOptions) {
    super(`${what} failed`, options);
  }
}

/**
 * Runs work that a decision depends on; anything it throws is an outage.
 *
 * @param what the failed work, for the log
 * @throws DependencyFailed
 */
export function callDependency<T>(what: string, work: () => T): T {
  try {
    const done = work();
    return done instanceof Promise ? (done.catch((error: unknown) => fail(what, error)) as T) : done;
  } catch (error) {
    return fail(what, error);
  }
}

function fail(what: string, error: unknown): never {
  if (error instanceof Overloaded || error instanceof StoreUnavailable) throw error;
  throw new DependencyFailed(what, { cause: error });
}
