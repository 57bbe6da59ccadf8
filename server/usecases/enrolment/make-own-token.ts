import type { TokenId } from '../../domain/ids.ts';
import { usedUp } from '../../domain/lockout.ts';
import { stepOutside, verifyOtp } from '../../domain/otp/verify.ts';
import { isOath, type OathToken, type RecoveryToken, type Token } from '../../domain/token.ts';
import type { User } from '../../domain/user.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import { type Act, eventOf } from '../act.ts';
import { movePlaces } from '../objects/object-places.ts';
import { type Decision, transact } from '../transact.ts';
import { isRefusal, type Refusal, refusal, type Verdict } from '../verdict.ts';
import { assignOwn, type OwnToken } from './assign-own.ts';
import { APP_TOKEN, openSeed, recoveryCodesOf } from './show-enrolment.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>;

/**
 * Makes a token of an enrolment whose first code is right, and assigns its person together with it, and with recovery codes
 * where they have none. The tokens come first: a crash in between leaves some that nobody signs in with, the same flow goes
 * on from there, and the doctor finds what no flow will.
 */
export async function makeOwnToken(ports: Needs, own: OwnToken, otp: string): Promise<Verdict<{ user: User }>> {
  const made = await makeAppToken(ports, own, otp);
  if (isRefusal(made)) return made;
  const ids = [made.token.id];
  const { recovery } = own.enrolling;
  if (recovery !== undefined) ids.push((await makeRecoveryCodes(ports, own, recovery)).id);
  const assigned = await assignOwn(ports, own, ids);
  // Whoever may not have them after all leaves none behind.
  if (isRefusal(assigned)) for (const id of ids) await dropLeftover(ports, own.act, id, own.user);
  return assigned;
}

/** One that is there already is of an attempt that broke off; its code is used up all the same. */
function makeAppToken(ports: Needs, own: OwnToken, otp: string): Promise<Verdict<{ token: Token }>> {
  const { act, flow, enrolling } = own;
  const secret = openSeed(ports, flow, enrolling);
  const key = documents.token(enrolling.token);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Verdict<{ token: Token }>> => {
    const before = stored?.value;
    if (before && !isOath(before)) return { answer: refusal('CONTENTION') };
    const known = before ?? newAppToken(own, now);
    const judged = verifyOtp(known, secret, otp, now);
    if (judged.verdict === 'replayed') return { answer: refusal('OTP_REPLAYED') };
    // The person holds the seed, so there is nothing that a word on their clock could give away.
    if (judged.verdict === 'wrong') return { answer: wrongCode(known, secret, otp, now) };
    const token = usedUp(known, judged.counter);
    const event = eventOf(act, { type: 'token.created', subject: token.id }, now);
    return {
      answer: { token },
      write: {
        put: [{ key, value: token }],
        index: movePlaces(key, before, token),
        ...(before === undefined && { append: [event] }),
      },
    };
  });
}

function wrongCode(token: OathToken, secret: Uint8Array, otp: string, now: number): Refusal {
  return refusal(stepOutside(token, secret, otp, now) === undefined ? 'OTP_WRONG' : 'OTP_CLOCK_OFF');
}

function makeRecoveryCodes(ports: Needs, own: OwnToken, id: TokenId): Promise<Token> {
  const { macs } = recoveryCodesOf(ports, own.flow, own.enrolling, id);
  const key = documents.token(id);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Token> => {
    if (stored) return { answer: stored.value };
    const token: RecoveryToken = { ...newRecord(own, id, now), factor: { kind: 'recovery', macs } };
    const append = [eventOf(own.act, { type: 'token.created', subject: id }, now)];
    const put = [{ key, value: token }];
    return { answer: token, write: { put, index: movePlaces(key, undefined, token), append } };
  });
}

function newAppToken(own: OwnToken, now: number): OathToken {
  const { token, sealedSecret } = own.enrolling;
  return { ...newRecord(own, token, now), ...APP_TOKEN, sealedSecret };
}

function newRecord({ user }: OwnToken, id: TokenId, now: number): Omit<RecoveryToken, 'factor'> {
  return {
    id,
    account: user.account,
    name: user.login,
    nextCounter: 0,
    owner: user.id,
    epoch: 0,
    enabled: true,
    failures: 0,
    directResources: [],
    createdAt: now,
    createdBy: { kind: 'user', id: user.id },
  };
}

/** Deletes a token that did not become one of its owner's. */
export async function dropLeftover(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  act: Act,
  id: TokenId,
  { id: owner }: Pick<User, 'id'>,
): Promise<void> {
  const key = documents.token(id);
  await transact(ports, key.anchor, [key], ([stored], now) => {
    const token = stored?.value;
    if (token?.owner !== owner || token.createdBy?.id !== owner) return { answer: undefined };
    const append = [eventOf(act, { type: 'token.deleted', subject: id }, now)];
    return { answer: undefined, write: { delete: [key], index: movePlaces(key, token, undefined), append } };
  });
}
