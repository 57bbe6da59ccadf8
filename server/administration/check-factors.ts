import { accountDocument } from '../accounts/documents.ts';
import {
  ADMINISTRATOR_FAILURES_BEFORE_LOCK,
  type Administrator,
  actorOf,
  checkRecoveryCode,
} from '../administrators/administrator.ts';
import { administratorDocument } from '../administrators/documents.ts';
import { readAdministrator } from '../administrators/find-administrator.ts';
import { type SecondFactorOutcome, verifySecondFactor } from '../authentication/verify-second-factor.ts';
import { callDependency } from '../kernel/dependency.ts';
import type { EventDraft } from '../kernel/event.ts';
import type { AccountId, AdministratorId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Json } from '../kernel/ports/store.ts';
import { type ClientInfo, createEvent } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { notify } from '../messages/notify.ts';
import { type CountedAttempt, countAttempt } from '../passwords/count-attempt.ts';
import { userSubject } from '../passwords/password-counters.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import { normalisePassword } from '../passwords/password-policy.ts';
import { ReadAhead } from '../store/read-ahead.ts';
import { newOperation, transact } from '../store/transact.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { recoveryCodeMac } from './codes.ts';

export type SecondFactorPorts = Pick<
  Ports,
  'store' | 'clock' | 'random' | 'hasher' | 'secrets' | 'courier' | 'administratorFactors'
>;

/**
 * Counts an attempt on the first factor of an administrator. An unknown address is counted, delayed and hashed like a
 * known one, as for users (SR-17).
 *
 * @returns the attempt, to be verified and closed
 */
export async function countAdministratorAttempt(
  ports: SecondFactorPorts,
  asked: {
    account: AccountId;
    /** The administrator of the typed name. */
    found: Administrator | undefined;
    /** As typed. */
    name: string;
    address: string | undefined;
  },
): Promise<Result<AdministratorAttempt>> {
  const reservation = ports.hasher.reserve();
  let attempt: AdministratorAttempt | undefined;
  try {
    const { found } = asked;
    const passwordHash = found?.state === 'active' ? found.passwordHash : undefined;
    const subject = userSubject(ports, found?.id);
    const cap = { credential: passwordDigest(found ?? {}), reached: found && ((now: number) => capEvent(found, now)) };
    const typed = { kind: 'administrator', ...asked, id: found?.id, subject, passwordHash, cap } as const;
    const counted = await countAttempt(ports, reservation, typed, new ReadAhead(ports.store));
    if (isRefusal(counted)) return counted;
    attempt = new AdministratorAttempt(ports, counted, found, passwordHash);
    return attempt;
  } finally {
    if (!attempt) reservation.release();
  }
}

/** A counted attempt on an administrator's password. */
class AdministratorAttempt {
  readonly #ports: SecondFactorPorts;
  readonly #counted: CountedAttempt;
  readonly #found: Administrator | undefined;
  readonly #passwordHash: string | undefined;

  constructor(
    ports: SecondFactorPorts,
    counted: CountedAttempt,
    found: Administrator | undefined,
    passwordHash: string | undefined,
  ) {
    this.#ports = ports;
    this.#counted = counted;
    this.#found = found;
    this.#passwordHash = passwordHash;
  }

  /**
   * The administrator with the right password, read again after the hash, because a removal or a new password meanwhile
   * ends the sign-in (SR-4).
   */
  async verify(password: string): Promise<Result<{ administrator: Administrator }>> {
    const found = this.#found;
    const isRight = await this.#counted.verify(password);
    const administrator =
      isRight && found ? await reloadAdministrator(this.#ports, found, this.#passwordHash, password) : undefined;
    if (!administrator) return this.#counted.refuse();
    this.#counted.accept();
    return { administrator };
  }

  /** @param event appended by the commit that decides the attempt */
  close(event?: Json): Promise<void> {
    return this.#counted.close(event);
  }
}

/** Of the account alone: who typed the password is not known. */
function capEvent({ account, id }: Administrator, now: number): Json {
  const act = { actor: { kind: 'service', account } } as const;
  return createEvent(act, { type: 'administrator.password-locked', subject: id }, now);
}

/** The administrator with the right password, as currently stored, with a hash of today's strength. */
async function reloadAdministrator(
  ports: SecondFactorPorts,
  found: Administrator,
  passwordHash: string | undefined,
  password: string,
): Promise<Administrator | undefined> {
  const administrator = await reloadIfValid(ports, found, passwordHash);
  if (!administrator || passwordHash === undefined || !ports.hasher.needsRehash(passwordHash)) return administrator;
  // A hash weaker than today's parameters is replaced while the password is at hand (SR-18).
  const renewed = await callDependency('hashing a password', () => ports.hasher.hash(normalisePassword(password)));
  const key = administratorDocument.key(found.account, found.id);
  const stored = await transact(ports, key.anchor, [key], ([current], now) => {
    if (current?.value.passwordHash !== passwordHash) return { answer: passwordHash };
    const act = { actor: { kind: 'service', account: found.account } } as const;
    const event: EventDraft = { type: 'administrator.updated', subject: found.id, changed: ['passwordHash'] };
    const put = [{ key, value: { ...current.value, passwordHash: renewed } }];
    return { answer: renewed, write: { put, append: [createEvent(act, event, now)] } };
  });
  return reloadIfValid(ports, found, stored);
}

async function reloadIfValid(
  ports: SecondFactorPorts,
  { account, id }: Administrator,
  passwordHash: string | undefined,
): Promise<Administrator | undefined> {
  const read = await readAdministrator(ports, account, id);
  if (isRefusal(read)) return undefined;
  const { administrator } = read;
  return administrator.state === 'active' && administrator.passwordHash === passwordHash ? administrator : undefined;
}

/** Checks the code of the token that the administrator has when the check runs. */
export function checkAdministratorOtp(
  ports: SecondFactorPorts,
  { account, id }: Pick<Administrator, 'account' | 'id'>,
  otp: string,
): Promise<SecondFactorOutcome> {
  const threshold = ADMINISTRATOR_FAILURES_BEFORE_LOCK;
  return verifySecondFactor(ports, id, {
    method: 'otp',
    answer: { kind: 'code', otp },
    accepts: ['totp'],
    scope: id,
    userBlocked: false,
    attempt: newOperation(ports),
    readTokens: async () => {
      const read = await readAdministrator(ports, account, id);
      if (isRefusal(read) || read.administrator.token === undefined) return [];
      const [token] = await ports.store.getMany([tokenDocument.key(read.administrator.token)], ports.clock.now());
      return token?.value.administrator === id && token.value.account === account ? [{ ...token, threshold }] : [];
    },
  });
}

/**
 * Accepts a recovery code in place of the token's code. The commit that accepts it uses it up, so of any number at once
 * one succeeds. It also works while the token is locked, because an attacker's guesses can lock it.
 */
export async function redeemRecoveryCode(
  ports: SecondFactorPorts,
  { account, id }: { account: AccountId; id: AdministratorId },
  typed: string,
  client: ClientInfo,
): Promise<Result<{ administrator: Administrator }>> {
  const keys = [accountDocument.key(account), administratorDocument.key(account, id)] as const;
  const mac = recoveryCodeMac(ports, id, typed);
  const used = await transact<typeof keys, Result<{ administrator: Administrator }>>(
    ports,
    keys[0].anchor,
    keys,
    ([home, stored], now) => {
      if (!home || stored?.value.state !== 'active') return { answer: refusal('ACCESS_DENIED') };
      const judged = checkRecoveryCode(stored.value.recovery, mac);
      if (judged.verdict === 'locked') return { answer: refusal('ACCESS_DENIED') };
      if (judged.verdict === 'replayed') return { answer: refusal('OTP_REPLAYED') };
      const administrator: Administrator = { ...stored.value, recovery: judged.codes };
      const put = [{ key: keys[1], value: administrator }];
      if (judged.verdict === 'wrong') return { answer: refusal('OTP_WRONG'), write: { put } };
      const act = { actor: actorOf(home.value, administrator), ...client };
      const event: EventDraft = { type: 'administrator.updated', subject: id, changed: ['recovery'] };
      return { answer: { administrator }, write: { put, append: [createEvent(act, event, now)] } };
    },
  );
  if (!isRefusal(used)) notify(ports, used.administrator, 'recovery-code-used', client);
  return used;
}
