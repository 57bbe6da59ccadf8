import { Overloaded } from './ports/password-hasher.ts';
import { StoreUnavailable } from './ports/store.ts';

/**
 * Something a decision needs did not work: a seed did not open, a country could not be looked up, a result could not be
 * signed. Nobody is let in for it, and no factor is left out: it is answered as 503 (SR-3).
 */
export class DependencyFailed extends Error {
  constructor(what: string, options: ErrorOptions) {
    super(`${what} failed`, options);
    this.name = 'DependencyFailed';
  }
}

/**
 * Does work that a decision rests on; whatever it throws is an outage.
 *
 * @param what what failed then, for the log
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
