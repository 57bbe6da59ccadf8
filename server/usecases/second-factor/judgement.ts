import type { RefusalCode } from '@countersign/protocol/codes';
import type { Challenge } from '../../domain/challenge.ts';
import type { Token } from '../../domain/token.ts';
import type { ShownPasskey } from '../../domain/webauthn/passkey-challenge.ts';
import type { Ports } from '../../ports/index.ts';
import type { Stored } from '../../ports/store.ts';

export type JudgeNeeds = Pick<Ports, 'secrets'>;

/** A token that an answer is tried on, and what it was asked, if anything. */
export interface Candidate {
  stored: Stored<Token>;
  challenge?: Stored<Challenge> | undefined;
  /** Where it was asked. */
  scope: string;
}

export type Judgement =
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
