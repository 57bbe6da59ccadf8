import type { ActorReference } from '../kernel/actor.ts';
import type { AccountId, ResourceId, TokenId, UserId } from '../kernel/ids.ts';

/** A person of an account. All names of all users of the account share one namespace after normalisation. */
export interface User {
  id: UserId;
  account: AccountId;
  login: string;
  alias?: string;
  email?: string;
  /** The address that they gave themselves, having shown a password alone; of any other it says nothing. */
  emailOnPassword?: string;
  phone?: string;
  firstName?: string;
  secondName?: string;
  /** PHC string (argon2id), or an imported hash (`imported-hash.ts`) until the first sign-in. */
  passwordHash?: string;
  /** The password came by a mailed link, and neither another factor nor an administrator has confirmed the user since. */
  needsConfirmation?: NeedsConfirmation;
  /** Whether a site's backend may have them authenticated over the API. The widget asks nobody for it. */
  apiSupport: boolean;
  blocked: boolean;
  assignments: Assignment[];
  /** Tokens that they set up by themselves: what is theirs, made by them and not among these never became one. */
  enrolled?: TokenId[];
  /** They have had a token. A password alone then sets up no other, even if that token was deleted. */
  hadToken?: true;
  /** New names on the way: the claims of them are taken before the user carries them. */
  claiming?: Claiming;
  createdAt: number;
  /** Absent on objects made before anybody kept track. */
  createdBy?: ActorReference;
}

export interface NeedsConfirmation {
  /** There was no password before: an administrator or the site's backend opened the account with the link. */
  isFirst?: true;
}

/** By which way somebody signs in: through the widget (or our own page), or asked for by a site's backend. */
export type SignInWay = 'widget' | 'api';

export function canSignIn({ blocked, apiSupport }: Pick<User, 'blocked' | 'apiSupport'>, way: SignInWay): boolean {
  return !blocked && (way === 'widget' || apiSupport);
}

/** What one user is assigned to one resource with. The user is the authoritative side. */
export interface Assignment {
  resource: ResourceId;
  /** (a): the user alone. */
  alone: boolean;
  /** (b): the user together with a token, bound to the token's ownership epoch at that moment. Includes (a). */
  tokens: { token: TokenId; epoch: number }[];
}

/** Holds off others from names that are being taken, for as long as that may last. */
export interface Claiming {
  attempt: string;
  /** Normalised. */
  names: string[];
  at: number;
}

/** A name within the account, held by at most one user. The user is live by that name only if both sides agree. */
export interface NameClaim {
  user: UserId;
}

export interface WrongPasswords {
  /** In a row. */
  failures: number;
  lastFailureAt: number;
}

/**
 * Wrong passwords of one person, whatever the name used; or those of one name, known or not.
 * The counts of places where the person has signed in are kept apart from the one that all other places share.
 */
export interface PasswordAttempts extends WrongPasswords {
  /** Newest first. */
  places?: KnownNetwork[];
}

export interface KnownNetwork extends WrongPasswords {
  /** A MAC of person and address: the store keeps no addresses of people. */
  place: string;
  signedInAt: number;
}
