import { createHash } from 'node:crypto';
import type { ActorReference } from '../kernel/actor.ts';
import type { AccountId, ResourceId, TokenId, UserId } from '../kernel/ids.ts';
import type { Metadata } from './metadata.ts';

/** A user of an account. All names of all users of the account share one namespace after normalisation. */
export interface User {
  id: UserId;
  account: AccountId;
  login: string;
  alias?: string;
  email?: string;
  /** The email address that the user set after a password alone. Irrelevant for any other address. */
  emailOnPassword?: string;
  phone?: string;
  firstName?: string;
  secondName?: string;
  /**
   * The id in the site's own records, unique in the account (`external-id.ts`). It finds the user, and is no name to
   * sign in with.
   */
  externalId?: string;
  metadata?: Metadata;
  /** PHC string (argon2id), or an imported hash (`imported-hash.ts`) until the first sign-in. */
  passwordHash?: string;
  /** The password came by a mailed link, and no other factor or administrator has confirmed the user since. */
  needsConfirmation?: NeedsConfirmation;
  /**
   * The password came by a link that the help desk took, so it may know it: no sign-in rests on it alone, until it
   * changes or an administrator confirms the user.
   */
  passwordByHelpDesk?: true;
  /** True if a site's backend may authenticate the user over the API. Ignored by the widget. */
  apiSupport: boolean;
  blocked: boolean;
  /**
   * Raised when the user is blocked or loses a token, which ends the trust in all of their browsers, and enrolments that
   * rest on a token. Absent: never.
   */
  trustEpoch?: number;
  /**
   * Raised by a block, its end, another email address or phone number, and a report of a sign-in: what was begun, sent or
   * signed before counts no more, also after everything is as it was. Absent: never.
   */
  credentialEpoch?: number;
  /**
   * Sign-ins of the user were recorded for mails about new ones. It outlives what they are compared with, so that one
   * after a long time is new.
   */
  signInsCompared?: true;
  assignments: Assignment[];
  /** Self-enrolled tokens. A token that the user created and that is not listed here is an abandoned enrolment. */
  enrolled?: TokenId[];
  /** The user has had a token. A password alone then enrols no other, even if that token was deleted. */
  hadToken?: true;
  /** No deactivation until then permits the user to replace a token: one was replaced, or activated again. */
  replacementsEndedAt?: number;
  /** A passkey was created at a sign-in without asking. No other is created so, even if this one was deleted. */
  passkeyUpgraded?: true;
  /** Announced names: they are claimed before the user carries them. */
  claiming?: PendingClaim;
  createdAt: number;
  createdBy: ActorReference;
}

export interface NeedsConfirmation {
  /** There was no password before: an administrator or the site's backend created the user with the link. */
  isFirst?: true;
}

/** The channel of a sign-in: the widget (or the hosted page), or the API of a site's backend. */
export type SignInWay = 'widget' | 'api';

export function canSignIn({ blocked, apiSupport }: Pick<User, 'blocked' | 'apiSupport'>, way: SignInWay): boolean {
  return !blocked && (way === 'widget' || apiSupport);
}

/** A user's assignment to one resource. The user is the authoritative side. */
export interface Assignment {
  resource: ResourceId;
  /** The user alone. */
  alone: boolean;
  /**
   * The user together with a token, bound to the token's ownership epoch at that moment. While it is valid, it includes
   * the user alone.
   */
  tokens: { token: TokenId; epoch: number }[];
}

/** Reserves announced names for a limited time. */
export interface PendingClaim {
  attempt: string;
  /** As in `userClaims`. */
  names: string[];
  at: number;
}

/**
 * A name or an external id within the account, held by at most one user. The user is live by that name only if both
 * sides agree.
 */
export interface NameClaim {
  user: UserId;
}

/**
 * A fingerprint of the user's credentials and mail address: a change of any of them ends what was begun before (SR-38,
 * SR-39).
 */
export function credentialFingerprint(
  user: Pick<
    User,
    'login' | 'alias' | 'email' | 'phone' | 'blocked' | 'passwordHash' | 'assignments' | 'credentialEpoch'
  >,
): string {
  const { login, alias, email, phone, blocked, passwordHash, assignments, credentialEpoch = 0 } = user;
  const parts = [login, alias, email, phone, blocked, passwordHash, assignments, credentialEpoch];
  return createHash('sha256')
    .update(JSON.stringify(parts.map((part) => part ?? null)))
    .digest('base64url');
}
