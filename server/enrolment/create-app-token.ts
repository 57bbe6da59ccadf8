import type { AppMaking } from '../flows/enrolling.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { createEvent } from '../kernel/request-context.ts';
import { type Refusal, type Result, refusal } from '../kernel/result.ts';
import { reindex } from '../store/index-entries.ts';
import { type Decision, transact } from '../store/transact.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { stepOutside, verifyOtp } from '../tokens/kinds/oath/verify.ts';
import { advanceCounter } from '../tokens/lockout.ts';
import { isOath, type OathToken } from '../tokens/token.ts';
import type { OwnToken } from './assign-token.ts';
import { newRecord } from './new-record.ts';
import { APP_TOKEN, openSeed } from './show-enrolment.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>;

/** Stores the app token. If a failed attempt has stored it already, its code is still used up. */
export function makeAppToken(
  ports: Needs,
  own: OwnToken,
  making: AppMaking,
  otp: string,
): Promise<Result<{ token: OathToken }>> {
  const { act, flow } = own;
  const secret = openSeed(ports, flow, making);
  const key = tokenDocument.key(making.token);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Result<{ token: OathToken }>> => {
    const before = stored?.value;
    if (before && !isOath(before)) return { answer: refusal('CONTENTION') };
    const known: OathToken = before ?? {
      ...newRecord(own, making.token, now),
      ...APP_TOKEN,
      sealedSecret: making.sealedSecret,
    };
    const judged = verifyOtp(known, secret, otp, now);
    if (judged.verdict === 'replayed') return { answer: refusal('OTP_REPLAYED') };
    // The user holds the seed, so a message about clock drift reveals nothing new.
    if (judged.verdict === 'wrong') return { answer: wrongCode(known, secret, otp, now) };
    const token = advanceCounter(known, judged.counter);
    const event = createEvent(act, { type: 'token.created', subject: token.id }, now);
    return {
      answer: { token },
      write: {
        put: [{ key, value: token }],
        index: reindex(key, before, token),
        ...(before === undefined && { append: [event] }),
      },
    };
  });
}

function wrongCode(token: OathToken, secret: Uint8Array, otp: string, now: number): Refusal {
  return refusal(stepOutside(token, secret, otp, now) === undefined ? 'OTP_WRONG' : 'OTP_CLOCK_OFF');
}
