import { accountDocument } from '../accounts/documents.ts';
import {
  ADMINISTRATOR_FAILURES_BEFORE_LOCK,
  type Administrator,
  actorOf,
  checkRecoveryCode,
} from '../administrators/administrator.ts';
import { administratorDocument } from '../administrators/documents.ts';
import { type FoundAdministrator, readAdministrator } from '../administrators/find-administrator.ts';
import { type SecondFactorOutcome, verifySecondFactor } from '../authentication/verify-second-factor.ts';
import type { EventDraft } from '../kernel/event.ts';
import type { AccountId, AdministratorId } from '../kernel/ids.ts';
import type { Ports, ReadPorts } from '../kernel/ports/ports.ts';
import { type ClientInfo, createEvent } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { notify } from '../messages/notify.ts';
import { type CountedAttempt, countAttempt, type PasswordOwner } from '../passwords/count-attempt.ts';
import { userSubject } from '../passwords/password-counters.ts';
import { passwordDigest } from '../passwords/password-digest.ts';
import { forRequest } from '../store/request-ports.ts';
import { newOperation, transact } from '../store/transact.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { recoveryCodeMac } from './codes.ts';
import { locateTypedAdministrator } from './locate-typed.ts';

export type SecondFactorPorts = Pick<
  Ports,
  'store' | 'clock' | 'random' | 'hasher' | 'secrets' | 'courier' | 'reportFault' | 'administratorFactors'
>;

/**
 * Counts an attempt on the first factor of an administrator. An unknown address is counted, delayed and hashed like a
 * known one, as for users (SR-17).
 *
 * @returns the attempt, to be verified and closed
 */
export function countAdministratorAttempt(
  processPorts: SecondFactorPorts,
  asked: {
    account: AccountId;
    /** As typed. */
    name: string;
    address: string | undefined;
    /** The administrator of that name. By default, they are looked up. */
    find?: () => Promise<Administrator | undefined>;
  },
): Promise<Result<CountedAttempt<FoundAdministrator>>> {
  const ports = forRequest(processPorts);
  const { account, name, address } = asked;
  const { find = () => locateTypedAdministrator(ports, account, name) } = asked;
  const findOwner = async () => {
    const found = await find();
    const owner = found && ownerOf(ports, found);
    return { kind: 'administrator', account, name, address, owner, subject: userSubject(ports, found?.id) } as const;
  };
  return countAttempt(ports, findOwner);
}

function ownerOf(ports: ReadPorts, found: Administrator): PasswordOwner<FoundAdministrator> {
  const { account, id } = found;
  return {
    id,
    key: administratorDocument.key(account, id),
    passwordHash: found.state === 'active' ? found.passwordHash : undefined,
    credential: passwordDigest(found),
    events: {
      locked: { type: 'administrator.password-locked', subject: id },
      rehashed: { type: 'administrator.updated', subject: id, changed: ['passwordHash'] },
    },
    // A removal or a new password during the hash ends the sign-in (SR-4).
    reload: async (passwordHash) => {
      const read = await readAdministrator(ports, account, id);
      if (isRefusal(read)) return undefined;
      const { state, passwordHash: current } = read.administrator;
      return state === 'active' && current === passwordHash ? read : undefined;
    },
  };
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
