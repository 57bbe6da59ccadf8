import type { TokenId, UserId } from '../../kernel/ids.ts';
import type { Confirmation } from '../../messages/confirmation.ts';

/** The factors that a user confirmed to reach the page. */
export interface SelfProof {
  at: number;
  password: boolean;
  second: boolean;
  /** Two factors, or one that is two by itself. */
  isTwo: boolean;
}

/** A user's session on the self-service page, stored in the flow of their sign-in. */
export interface SelfSession {
  proof: SelfProof;
  /** Digest of the user's credentials. When they change elsewhere, the session is over. */
  standing: string;
  /** The confirmed token. When it becomes unusable, the session is over. */
  token?: TokenId;
  /** A new address that is not confirmed yet. */
  email?: { address: string; confirmation: Confirmation; expiresAt: number };
  /**
   * New recovery codes, until the user confirms that they saved them: their token, and the input of their derivation.
   */
  codes?: { token: TokenId; madeWith: string };
}

/** The user for whom the page opens, and the fingerprint of their credentials. */
export interface SelfServiceUser {
  user: UserId;
  fingerprint: string;
}
