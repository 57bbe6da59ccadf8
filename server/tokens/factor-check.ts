import type { RefusalCode } from '@countersign/protocol/codes';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Stored } from '../kernel/ports/store.ts';
import type { Challenge } from './challenge.ts';
import type { ShownPasskey } from './kinds/passkey/passkey-challenge.ts';
import type { Token } from './token.ts';

export type VerifyNeeds = Pick<Ports, 'secrets'>;

/** A token that an answer is tried on, and what it was asked, if anything. */
export interface Candidate {
  stored: Stored<Token>;
  challenge?: Stored<Challenge> | undefined;
  /** Where it was asked. */
  scope: string;
}

export type FactorVerdict =
  | {
      verdict: 'accepted';
      /** The token with the answer used up; failures are forgiven by the caller. */
      next: Token;
      /** The challenge with the answer used up. */
      challenge?: Challenge;
      /** Of a passkey: what it has shown of itself. */
      passkey?: ShownPasskey;
    }
  /** The answer that was accepted last, once more: a double click, not a guess. */
  | { verdict: 'replayed' }
  /**
   * `reason`: for the event alone, where there is more to say. `next`: what has to be remembered of the token beside the
   * failure. `clockOff`: it would be right some steps away.
   */
  | { verdict: 'wrong'; reason?: RefusalCode; next?: Token; clockOff?: true }
  /** The token was asked nothing, so there is nothing that a guess could hit. */
  | { verdict: 'not-asked' };
