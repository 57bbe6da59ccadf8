import type { AppMaking } from '../../domain/enrolling.ts';
import { usedUp } from '../../domain/lockout.ts';
import { stepOutside, verifyOtp } from '../../domain/otp/verify.ts';
import { isOath, type OathToken } from '../../domain/token.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import { eventOf } from '../act.ts';
import { movePlaces } from '../objects/object-places.ts';
import { type Decision, transact } from '../transact.ts';
import { type Refusal, refusal, type Verdict } from '../verdict.ts';
import type { OwnToken } from './assign-own.ts';
import { newRecord } from './new-record.ts';
import { APP_TOKEN, openSeed } from './show-enrolment.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>;

/** One that is there already is of an attempt that broke off; its code is used up all the same. */
export function makeAppToken(
  ports: Needs,
  own: OwnToken,
  making: AppMaking,
  otp: string,
): Promise<Verdict<{ token: OathToken }>> {
  const { act, flow } = own;
  const secret = openSeed(ports, flow, making);
  const key = documents.token(making.token);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Verdict<{ token: OathToken }>> => {
    const before = stored?.value;
    if (before && !isOath(before)) return { answer: refusal('CONTENTION') };
    const known: OathToken = before ?? {
      ...newRecord(own, making.token, now),
      ...APP_TOKEN,
      sealedSecret: making.sealedSecret,
    };
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
