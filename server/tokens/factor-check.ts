import type { RefusalCode } from '@countersign/protocol/codes';
import type { Stored } from '../kernel/ports/store.ts';
import type { Challenge } from './challenge.ts';
import type { PresentedPasskey } from './kinds/passkey/passkey-challenge.ts';
import type { Token } from './token.ts';

/** A token that an answer is verified on, and its challenge, if any. */
export interface Candidate {
  stored: Stored<Token>;
  challenge?: Stored<Challenge> | undefined;
  /** The scope of the challenge. */
  scope: string;
  /** No other token can refuse the answer, so a right one may be found sooner than a wrong one. */
  isOnly?: boolean;
}

export type FactorCheck =
  | {
      verdict: 'accepted';
      /** The token with the answer used up; the caller resets failures. */
      next: Token;
      /** The challenge with the answer used up. */
      challenge?: Challenge;
      /** The data of a verified passkey. */
      passkey?: PresentedPasskey;
    }
  /** The last accepted answer again: a double click, not a guess. */
  | { verdict: 'replayed' }
  /**
   * `reason`: for the event alone, if it says more. `next`: a change of the token beside the failure. `clockOff`: it
   * would be right some steps away.
   */
  | { verdict: 'wrong'; reason?: RefusalCode; next?: Token; clockOff?: true }
  /** The token has no challenge, so there is nothing to guess. */
  | { verdict: 'not-asked' };

/** The queue key of a user's one-time passwords. */
export function factorQueueKey(subject: string): string {
  return `otp/${subject}`;
}
