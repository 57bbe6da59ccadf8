import { CodedError } from '@countersign/protocol/coded-error';

/** The move cannot begin or go on. The message says what to do. */
export class MoveRefused extends CodedError {
  readonly code = 'MOVE_REFUSED';
}
