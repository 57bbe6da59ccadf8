import { accountDocument } from '../accounts/documents.ts';
import type { AccountId, ResourceId, TrustedBrowserId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { DocumentReader, RawKey } from '../kernel/ports/store.ts';
import type { Result } from '../kernel/result.ts';
import { type CountedAttempt, countAttempt, type PasswordOwner } from '../passwords/count-attempt.ts';
import { anyRecord, counterKeys, userSubject } from '../passwords/password-counters.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import type { RequestPorts } from '../store/request-ports.ts';
import { assignedTokenKeys, loadAssignedTokens } from '../tokens/load-assigned-tokens.ts';
import type { Token } from '../tokens/token.ts';
import { assignmentTo, isAssigned } from '../users/assignments.ts';
import { userDocument } from '../users/documents.ts';
import { claimedUser, locateUser, nameKey } from '../users/find-user.ts';
import { canSignIn, type SignInWay, type User } from '../users/user.ts';
import { decoyAttemptDocument } from './documents.ts';

export interface CorrectPassword {
  user: User;
  /** The tokens of the assignment, in any state. */
  tokens: Token[];
}

interface PasswordAttempt {
  account: AccountId;
  resource: ResourceId;
  name: string;
  way: SignInWay;
  /** The user's, if known: attempts from known networks have waits of their own (SR-49). */
  address: string | undefined;
  /** Finds the trusted browser of the user that this one is. Reads as much for an unknown user. */
  findBrowser?: (user: User | undefined) => Promise<TrustedBrowserId | undefined>;
  /** What follows a right password will read, besides the user and their tokens. */
  readAgain?: readonly RawKey[];
}

type Needs = RequestPorts<Pick<Ports, 'store' | 'clock' | 'random' | 'hasher' | 'secrets'>>;

/** A counted attempt on a user's password. */
export type UserAttempt = CountedAttempt<CorrectPassword>;

/**
 * Counts an attempt on the first factor. The costly work is the same for known and unknown names: two counter commits,
 * one argon2 call, as many reads (SR-17). A user who is not assigned to the resource gets the answer of a wrong password.
 *
 * @returns the attempt, to be verified and closed
 */
export function countUserAttempt(ports: Needs, input: PasswordAttempt): Promise<Result<UserAttempt>> {
  const { account, name, address } = input;
  const find = async () => {
    const { found, subject, slowestMs } = await locateCounted(ports, input);
    const browser = await input.findBrowser?.(found);
    const owner = found && ownerOf(ports, found, input);
    return { kind: 'user', account, name, address, owner, subject, browser, slowestMs } as const;
  };
  return countAttempt(ports, find);
}

function ownerOf(ports: Needs, found: User, input: PasswordAttempt): PasswordOwner<CorrectPassword> {
  const { id } = found;
  const { resource, way, readAgain = [] } = input;
  return {
    id,
    key: userDocument.key(id),
    passwordHash: canSignIn(found, way) ? found.passwordHash : undefined,
    credential: passwordDigest(found),
    events: {
      locked: { type: 'user.password-locked', subject: id, resource },
      rehashed: { type: 'user.password-upgraded', subject: id },
    },
    readAgain: [...assignedTokenKeys(found, resource), ...readAgain],
    reload: (passwordHash) => reloadIfValid(ports, found, input, passwordHash),
  };
}

/**
 * The user of the typed name, with the counters of the attempt read in the same trip. An unknown name reads as many
 * documents as a known one.
 */
async function locateCounted(
  ports: Needs,
  { account, name, address }: PasswordAttempt,
): Promise<{ found: User | undefined; subject: string; slowestMs: number | undefined }> {
  const now = ports.clock.now();
  const typed = { kind: 'user', account, name } as const;
  await ports.store.readAhead([nameKey(account, name)], now);
  const id = await claimedUser(ports, account, name);
  const subject = userSubject(ports, id);
  const user = id === undefined ? decoyAttemptDocument.key(anyRecord(ports)) : userDocument.key(id);
  const accountKey = accountDocument.key(account);
  await ports.store.readAhead([user, accountKey, ...counterKeys(ports, typed, subject, address)], now);
  const [owner] = await ports.store.getMany([accountKey], now);
  const found = id && (await locateUser(ports, account, name));
  const slowestMs = owner?.value.importedHashCostMs;
  return { found, subject: found || id === undefined ? subject : userSubject(ports, undefined), slowestMs };
}

/** The user as currently stored, if they are live and assigned and the checked password is still theirs. */
async function reloadIfValid(
  ports: Pick<Ports, 'clock'> & { store: DocumentReader },
  found: User,
  { resource, way }: PasswordAttempt,
  passwordHash: string,
): Promise<CorrectPassword | undefined> {
  const assigned = await loadAssignedTokens(ports, found, resource, way);
  const tokens = assigned.tokens.map(({ value }) => value);
  const { user } = assigned;
  if (!user || user.passwordHash !== passwordHash || !isAssigned(assignmentTo(user, resource), tokens))
    return undefined;
  return { user, tokens };
}
