import { CodedError } from '@countersign/protocol/coded-error';
import type { Failure } from './failure-codes.ts';

/** An error in a request of the dialect. Thrown while it is read, before any use-case runs. */
export class ProtocolError extends CodedError {
  readonly code: Failure;
  /** @param message for the caller's developers; never contains a value that was sent */
  constructor(code: Failure, message: string) {
    super(message);
    this.code = code;
  }
}

export function missing(name: string): ProtocolError {
  return new ProtocolError('MISSING_PARAMETER', `${name} is missing`);
}

export function invalid(name: string, wanted: string): ProtocolError {
  return new ProtocolError('INVALID_PARAMETER', `${name}: ${wanted}`);
}
