import type { AccountId, ResourceId, TokenId } from '../kernel/ids.ts';
import { epochOf } from '../users/credential-epoch.ts';
import type { User } from '../users/user.ts';
import type { PasskeyChallenge } from './kinds/passkey/passkey-challenge.ts';

/** A sent code, and what the page shows of it. */
export interface SentNotice {
  token: TokenId;
  /** Masked. */
  to: string;
  expiresAt: number;
  /** The earliest time for another code. */
  resendAt: number;
}

/** What a sign-in stores and shows of a challenge. Empty for a token that needs none. */
export interface PreparedChallenge {
  /** For a device that answers questions. */
  question?: string;
  /** The challenge for a passkey. */
  passkey?: PasskeyChallenge;
  /** The code that was sent. */
  sent?: SentNotice;
}

/**
 * A challenge of a token, which accepts one answer: a code that was sent, or a question for its device. It belongs to
 * the token, one for each scope (a sign-in, or the API of a resource), so that the token's own commit uses it up.
 */
export type Challenge = {
  token: TokenId;
  account: AccountId;
  resource: ResourceId;
  /** Hash of the transaction that an answer confirms, hex. */
  transaction?: string;
  createdAt: number;
  expiresAt: number;
  /** Set by the accepted answer: the same one again is a double click. */
  usedAt?: number;
} & (
  | {
      kind: 'sent';
      /** MAC of the code. */
      mac: string;
      /** The token's epoch then: a token that has changed its owner or its address since does not accept it. */
      epoch: number;
      moves: number;
    }
  | { kind: 'ocra'; question: string }
);

/**
 * The scope of challenges for a host's backend, which has no sign-in of its own.
 *
 * @param owner of the token: a block, its end, another address or a report ends what was asked before (SR-39)
 */
export function apiScope(resource: ResourceId, owner: EpochOwner | undefined): string {
  return inEpoch(`api/${resource}`, owner);
}

/** The scope of challenges outside a sign-in and of no resource: one per token, beside those of resources. */
export function signingScope(owner: EpochOwner | undefined): string {
  return inEpoch('api/signing', owner);
}

type EpochOwner = Pick<User, 'credentialEpoch'>;

function inEpoch(scope: string, owner: EpochOwner = {}): string {
  return `${scope}/${epochOf(owner)}`;
}
