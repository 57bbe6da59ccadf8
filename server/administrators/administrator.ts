import type { Account } from '../accounts/account.ts';
import type { Actor, ActorReference, Role } from '../kernel/actor.ts';
import type { AccountId, AdministratorId, ResourceId, TokenId } from '../kernel/ids.ts';
import type { MailLanguage } from '../kernel/mail.ts';

/** One of those who run an account. Lives on the account's anchor, as the role of the superuser does. */
export interface Administrator {
  id: AdministratorId;
  account: AccountId;
  /** As written. Unique among the account's administrators, whatever its case. */
  email: string;
  name: string;
  language: MailLanguage;
  grants: Grant[];
  /** Until the invitation is accepted there is no password, and so no way in. */
  state: 'invited' | 'active';
  /** PHC string (argon2id). */
  passwordHash?: string;
  /** The token they sign in with. Absent: the next sign-in enrols one. */
  token?: TokenId;
  recovery: RecoveryCodes;
  /** Raised to end all sessions: one that carries another number is over. */
  sessionEpoch: number;
  createdAt: number;
  createdBy?: ActorReference;
}

/**
 * They see a resource to which they are assigned, and act on it if they are allowed access as well. Of a resource without a
 * grant they see nothing.
 */
export interface Grant {
  resource: ResourceId;
  allowed: boolean;
}

/** Each stands in once for the code of a token that is not at hand. */
export interface RecoveryCodes {
  /** A MAC of each unused one: with the store alone nobody can try them out. */
  macs: string[];
  /** Wrong ones in a row. */
  failures: number;
  /** MAC of the code that was used last, to tell a double click from a guess. */
  lastUsed?: string;
}

export const RECOVERY_CODES = 10;
/** With so many wrong ones in a row none is looked at any more, until there are new ones (SR-15). */
export const RECOVERY_FAILURES = 10;
/** As the default of resources: an administrator's own sign-in belongs to none whose limit would apply. */
export const ADMINISTRATOR_FAILURES_BEFORE_LOCK = 5;

export const NO_RECOVERY_CODES: RecoveryCodes = { macs: [], failures: 0 };

/** The claim of an e-mail address; shares the anchor of the administrator, so both always agree. */
export interface EmailClaim {
  administrator: AdministratorId;
}

/** Whether they are the account's superuser is a fact of the account: there is room for one. */
export function roleOf(account: Pick<Account, 'superuser'>, id: AdministratorId): Role {
  return account.superuser === id ? 'superuser' : 'administrator';
}

export type AdministratorActor = Extract<Actor, { kind: 'administrator' }>;

export function actorOf(
  account: Pick<Account, 'superuser'>,
  administrator: Pick<Administrator, 'id' | 'account' | 'grants'>,
): AdministratorActor {
  const granted = (wanted: boolean) =>
    administrator.grants.filter(({ allowed }) => allowed === wanted).map(({ resource }) => resource);
  const { id } = administrator;
  const role = roleOf(account, id);
  const [resources, readable] = [granted(true), granted(false)];
  return { kind: 'administrator', account: administrator.account, id, role, resources, readable };
}

/** `replayed`: the code that was used last, once more. It is refused and not counted, as a user's is. */
export type RecoveryVerdict =
  | { verdict: 'accepted' | 'wrong'; codes: RecoveryCodes }
  | { verdict: 'replayed' }
  | { verdict: 'locked' };

/** Uses a recovery code up, or counts a wrong one. `locked`: no code is looked at any more. */
export function judgeRecoveryCode(codes: RecoveryCodes, mac: string): RecoveryVerdict {
  if (codes.failures >= RECOVERY_FAILURES) return { verdict: 'locked' };
  if (mac === codes.lastUsed) return { verdict: 'replayed' };
  const left = codes.macs.filter((one) => one !== mac);
  if (left.length === codes.macs.length) {
    return { verdict: 'wrong', codes: { ...codes, failures: codes.failures + 1 } };
  }
  return { verdict: 'accepted', codes: { macs: left, failures: 0, lastUsed: mac } };
}
