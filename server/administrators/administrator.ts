import type { Account } from '../accounts/account.ts';
import type { Actor, ActorReference, GivenRole, Role } from '../kernel/actor.ts';
import type { AccountId, AdministratorId, ResourceId, TokenId } from '../kernel/ids.ts';
import type { MailLanguage } from '../kernel/mail.ts';
import type { WebauthnFactor } from '../tokens/token.ts';

/** An administrator of an account. It shares the account's anchor with the role of the superuser. */
export interface Administrator {
  id: AdministratorId;
  account: AccountId;
  /** As written. Unique among the account's administrators, ignoring case. */
  email: string;
  name: string;
  language: MailLanguage;
  grants: Grant[];
  /** It rests while they are the superuser. */
  role: GivenRole;
  /** An invited administrator has no password and cannot sign in. */
  state: 'invited' | 'active';
  /** PHC string (argon2id). */
  passwordHash?: string;
  /** The token that signs them in. If they have no passkey either, the next sign-in enrols one. */
  token?: TokenId;
  /** Beside the token, or instead of it. */
  passkeys?: AdministratorPasskey[];
  recovery: RecoveryCodes;
  /** Raised to end all sessions: a session with another number is over. */
  sessionEpoch: number;
  createdAt: number;
  createdBy: ActorReference;
}

/**
 * A passkey of an administrator: a second factor beside the token or instead of it. It is a part of the administrator, so
 * that each change is one commit, and no resource accepts it.
 */
export interface AdministratorPasskey {
  name: string;
  factor: WebauthnFactor;
  createdAt: number;
}

/**
 * Administrators see the resources that they are assigned to, and act on those where they are also allowed access.
 * Without a grant they do not see the resource.
 */
export interface Grant {
  resource: ResourceId;
  allowed: boolean;
}

/** Each code replaces one code of a lost token. */
export interface RecoveryCodes {
  /** One MAC per unused code, so that a copy of the store does not allow offline guesses. */
  macs: string[];
  /** Consecutive wrong codes. */
  failures: number;
  /** MAC of the last accepted code, to tell a double click from a guess. */
  lastUsed?: string;
}

/** After this many consecutive wrong codes none is evaluated until the codes are renewed (SR-15). */
export const RECOVERY_FAILURES = 10;
/** The default of resources: an administrator's sign-in belongs to no resource whose limit could apply. */
export const ADMINISTRATOR_FAILURES_BEFORE_LOCK = 5;

export const NO_RECOVERY_CODES: RecoveryCodes = { macs: [], failures: 0 };

/** The claim of an email address. It shares the administrator's anchor, so both always agree. */
export interface EmailClaim {
  administrator: AdministratorId;
}

/** The superuser is a fact of the account, because an account has only one. */
export function roleOf(account: Pick<Account, 'superuser'>, { id, role }: Pick<Administrator, 'id' | 'role'>): Role {
  return account.superuser === id ? 'superuser' : role;
}

export type AdministratorActor = Extract<Actor, { kind: 'administrator' }>;

export function actorOf(
  account: Pick<Account, 'superuser'>,
  administrator: Pick<Administrator, 'id' | 'account' | 'grants' | 'role'>,
): AdministratorActor {
  const { id } = administrator;
  const role = roleOf(account, administrator);
  const granted = (wanted: boolean) =>
    administrator.grants
      .filter(({ allowed }) => (allowed && role !== 'read-only') === wanted)
      .map(({ resource }) => resource);
  const [resources, readable] = [granted(true), granted(false)];
  return { kind: 'administrator', account: administrator.account, id, role, resources, readable };
}

/** `replayed`: a repeat of the last accepted code. It is refused and not counted, as for users. */
export type RecoveryCheck =
  | { verdict: 'accepted' | 'wrong'; codes: RecoveryCodes }
  | { verdict: 'replayed' }
  | { verdict: 'locked' };

/** Uses a recovery code up, or counts a wrong one. `locked`: no code is evaluated any more. */
export function checkRecoveryCode(codes: RecoveryCodes, mac: string): RecoveryCheck {
  if (codes.failures >= RECOVERY_FAILURES) return { verdict: 'locked' };
  if (mac === codes.lastUsed) return { verdict: 'replayed' };
  const left = codes.macs.filter((one) => one !== mac);
  if (left.length === codes.macs.length) {
    return { verdict: 'wrong', codes: { ...codes, failures: codes.failures + 1 } };
  }
  return { verdict: 'accepted', codes: { macs: left, failures: 0, lastUsed: mac } };
}
