import { type OcraSuite, parseSuite } from './suite.ts';
import { type SuiteFault, suiteFault } from './suite-fault.ts';

/** A suite that a token may be made with, or what is wrong with it. `form`: it is none. */
export type EnrolledSuite = { kind: 'suite'; suite: OcraSuite } | { kind: 'refused'; reason: SuiteFault | 'form' };

/**
 * Which suites a token is made with: those that should let somebody in (`suiteFault`), but for session data. Nobody could
 * type it, and a device that takes it in some other way would bind something that this server never learns.
 */
export function enrolSuite(text: unknown): EnrolledSuite {
  const suite = parseSuite(text);
  if (!suite) return { kind: 'refused', reason: 'form' };
  const fault = suite.session === undefined ? suiteFault(suite) : 'session';
  return fault ? { kind: 'refused', reason: fault } : { kind: 'suite', suite };
}
