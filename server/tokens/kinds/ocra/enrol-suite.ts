import { type OcraSuite, parseSuite } from './suite.ts';
import { type SuiteFault, suiteFault } from './suite-fault.ts';

/** A suite that a token may be created with, or the reason against it. `form`: it is no suite. */
export type EnrolledSuite = { kind: 'suite'; suite: OcraSuite } | { kind: 'refused'; reason: SuiteFault | 'form' };

/**
 * The suites that a token may be created with: those strong enough to sign in with (`suiteFault`), without session
 * data. Users could not type it, and a device that gets it another way would bind data unknown to this server.
 */
export function enrolSuite(text: unknown): EnrolledSuite {
  const suite = parseSuite(text);
  if (!suite) return { kind: 'refused', reason: 'form' };
  const fault = suite.session === undefined ? suiteFault(suite) : 'session';
  return fault ? { kind: 'refused', reason: fault } : { kind: 'suite', suite };
}
