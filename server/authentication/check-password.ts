import { accountDocument } from '../accounts/documents.ts';
import { callDependency } from '../kernel/dependency.ts';
import type { AccountId, ResourceId, TrustedBrowserId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { DocumentReader, Json, RawKey } from '../kernel/ports/store.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result } from '../kernel/result.ts';
import { type CountedAttempt, countAttempt } from '../passwords/count-attempt.ts';
import { anyRecord, counterKeys, userSubject } from '../passwords/password-counters.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import { normalisePassword } from '../passwords/password-policy.ts';
import { ReadAhead } from '../store/read-ahead.ts';
import { transact } from '../store/transact.ts';
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

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'hasher' | 'secrets'>;

/**
 * Counts an attempt on the first factor. The costly work is the same for known and unknown names: two counter commits,
 * one argon2 call, as many reads (SR-17).
 *
 * @returns the attempt, to be verified and closed
 */
export async function countUserAttempt(
  ports: Needs,
  input: PasswordAttempt,
  ahead = new ReadAhead(ports.store),
): Promise<Result<UserAttempt>> {
  // Reserved before any step that depends on the user, so that a refusal reveals nothing either.
  const reservation = ports.hasher.reserve();
  let attempt: UserAttempt | undefined;
  try {
    const { found, subject, slowestMs } = await locateCounted(ports, input, ahead);
    const passwordHash = found && canSignIn(found, input.way) ? found.passwordHash : undefined;
    reservation.prepare(passwordHash);
    const browser = await input.findBrowser?.(found);
    const cap = {
      credential: passwordDigest(found ?? {}),
      reached: found && ((now: number) => capEvent(found, input, now)),
    };
    const { account, name, address } = input;
    const typed = {
      kind: 'user',
      account,
      name,
      address,
      id: found?.id,
      subject,
      browser,
      passwordHash,
      cap,
      slowestMs,
    } as const;
    const counted = await countAttempt(ports, reservation, typed, ahead);
    if (isRefusal(counted)) return counted;
    attempt = new UserAttempt(ports, counted, input, found, passwordHash, ahead);
    return attempt;
  } finally {
    if (!attempt) reservation.release();
  }
}

/** A counted attempt on a user's password. */
export class UserAttempt {
  readonly #ports: Needs;
  readonly #counted: CountedAttempt;
  readonly #input: PasswordAttempt;
  readonly #found: User | undefined;
  readonly #passwordHash: string | undefined;
  readonly #ahead: ReadAhead;

  constructor(
    ports: Needs,
    counted: CountedAttempt,
    input: PasswordAttempt,
    found: User | undefined,
    passwordHash: string | undefined,
    ahead: ReadAhead,
  ) {
    this.#ports = ports;
    this.#counted = counted;
    this.#input = input;
    this.#found = found;
    this.#passwordHash = passwordHash;
    this.#ahead = ahead;
  }

  /**
   * The user with the right password. One who is not assigned to the resource gets the answer of a wrong password, and
   * stays counted. Everything is read again after the slow hash: a user who was blocked, removed or given a new password
   * meanwhile is refused (SR-4).
   */
  async verify(password: string): Promise<Result<CorrectPassword>> {
    const { resource, readAgain = [] } = this.#input;
    const found = this.#found;
    const tokens = found ? assignedTokenKeys(found, resource) : [];
    const isRight = await this.#counted.verify(password, [...tokens, ...readAgain]);
    const correct = isRight && found ? await this.#reload(found, password) : undefined;
    if (!correct) return this.#counted.refuse();
    this.#counted.accept();
    return correct;
  }

  /** Runs something slow after the right password, and reads its user again (SR-4). */
  async readAfter<T>({ user }: CorrectPassword, slow: () => Promise<T>): Promise<[T, Result<CorrectPassword>]> {
    const answer = await this.#ahead.endFor(slow);
    const correct = await reloadIfValid(this.#ports, user, this.#input, user.passwordHash);
    return [answer, correct ?? this.#counted.refuse()];
  }

  /** @param event appended by the commit that decides the attempt, if that is not a step of something larger */
  close(event?: Json): Promise<void> {
    return this.#counted.close(event);
  }

  /** The user as currently stored, with a hash of today's strength. */
  async #reload(found: User, password: string): Promise<CorrectPassword | undefined> {
    const ports = this.#ports;
    const passwordHash = this.#passwordHash;
    const correct = await reloadIfValid({ ...ports, store: this.#ahead }, found, this.#input, passwordHash);
    if (!correct || passwordHash === undefined || !ports.hasher.needsRehash(passwordHash)) return correct;
    // A second hash, during which things may change again.
    const stored = await this.#ahead.endFor(() => upgradeHash(ports, found, passwordHash, password));
    return reloadIfValid(ports, found, this.#input, stored);
  }
}

/** Of the request's account alone: who typed the password is not known. */
function capEvent({ id, account }: User, { resource }: PasswordAttempt, now: number): Json {
  const act: RequestContext = { actor: { kind: 'service', account } };
  return createEvent(act, { type: 'user.password-locked', subject: id, resource }, now);
}

/**
 * The user of the typed name, with the counters of the attempt read in the same trip. An unknown name reads as many
 * documents as a known one.
 */
async function locateCounted(
  ports: Needs,
  { account, name, address }: PasswordAttempt,
  ahead: ReadAhead,
): Promise<{ found: User | undefined; subject: string; slowestMs: number | undefined }> {
  const reads = { ...ports, store: ahead };
  const now = ports.clock.now();
  const typed = { kind: 'user', account, name } as const;
  await ahead.read([nameKey(account, name)], now);
  const id = await claimedUser(reads, account, name);
  const subject = userSubject(ports, id);
  const user = id === undefined ? decoyAttemptDocument.key(anyRecord(ports)) : userDocument.key(id);
  const accountKey = accountDocument.key(account);
  await ahead.read([user, accountKey, ...counterKeys(ports, typed, subject, address)], now);
  const [owner] = await ahead.getMany([accountKey], now);
  const found = id && (await locateUser(reads, account, name));
  const slowestMs = owner?.value.importedHashCostMs;
  return { found, subject: found || id === undefined ? subject : userSubject(ports, undefined), slowestMs };
}

/** The user as currently stored, if they are live and assigned and the checked password is still theirs. */
async function reloadIfValid(
  ports: Pick<Ports, 'clock'> & { store: DocumentReader },
  found: User,
  { resource, way }: PasswordAttempt,
  passwordHash: string | undefined,
): Promise<CorrectPassword | undefined> {
  const assigned = await loadAssignedTokens(ports, found, resource, way);
  const tokens = assigned.tokens.map(({ value }) => value);
  const { user } = assigned;
  if (!user || user.passwordHash !== passwordHash || !isAssigned(assignmentTo(user, resource), tokens))
    return undefined;
  return { user, tokens };
}

/** Replaces a hash weaker than today's parameters while the password is at hand (SR-18). Returns the stored hash. */
async function upgradeHash(ports: Needs, user: User, old: string, password: string): Promise<string> {
  const passwordHash = await callDependency('hashing a password', () => ports.hasher.hash(normalisePassword(password)));
  const key = userDocument.key(user.id);
  return transact(ports, key.anchor, [key], ([current], now) => {
    if (current?.value.passwordHash !== old) return { answer: old };
    const act: RequestContext = { actor: { kind: 'service', account: user.account } };
    const event = createEvent(act, { type: 'user.password-upgraded', subject: user.id }, now);
    const put = [{ key, value: { ...current.value, passwordHash } }];
    return { answer: passwordHash, write: { put, append: [event] } };
  });
}
