import type { Failure } from './failure-codes.ts';

/** An error in a request of the dialect. Thrown while it is read, before any use-case runs. */
export class ProtocolError extends Error {
  readonly failure: Failure;
  /** @param message for the caller's developers; never contains a value that was sent */
  constructor(failure: Failure, message: string) {
    super(message);
    this.name = 'ProtocolError';
    this.failure = failure;
  }
}

export function missing(name: string): ProtocolError {
  return new ProtocolError('MISSING_PARAMETER', `${name} is missing`);
}

export function invalid(name: string, wanted: string): ProtocolError {
  return new ProtocolError('INVALID_PARAMETER', `${name}: ${wanted}`);
}
