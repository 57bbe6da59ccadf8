import type { SentMaking } from '../flows/enrolling.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { createEvent } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { reindex } from '../store/index-entries.ts';
import { type Decision, transact } from '../store/transact.ts';
import { challengeDocument, tokenDocument } from '../tokens/documents.ts';
import { maskedAddress } from '../tokens/kinds/sent/out-of-band-code.ts';
import { verifySent } from '../tokens/kinds/sent/verify-sent.ts';
import { isSent, type SentToken } from '../tokens/token.ts';
import type { OwnToken } from './assign-token.ts';
import { countTry } from './count-try.ts';
import { mayGoTo } from './enrolment-address.ts';
import { newRecord } from './new-record.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>;

/**
 * Uses up the code sent to a new token in the commit that creates the token (SR-1). The code is bound to token and
 * address, so a code for one number creates no token for another. Count a try before verifying it: unlike the code of
 * an app, whose key is on the screen, a sent code can be guessed (SR-2).
 *
 * @param threshold the resource's `failedAttemptsBeforeLock`
 */
export async function makeSentToken(
  ports: Needs,
  own: OwnToken,
  making: SentMaking,
  typed: string,
  threshold: number,
): Promise<Result<{ token: SentToken }>> {
  const { act, flow, user } = own;
  const { sent } = making;
  // The user's address may have changed since the code was sent.
  if (!sent || !mayGoTo(making.kind, sent.to, user)) return refusal('NOTHING_ASKED');
  const keys = [tokenDocument.key(making.token), challengeDocument.key(making.token, flow.id)] as const;
  const [, asked] = await ports.store.getMany(keys, ports.clock.now());
  if (!asked) return refusal('NOTHING_ASKED');
  const counted = await countTry(ports, user.id, threshold);
  if (isRefusal(counted)) return counted;
  type Made = Result<{ token: SentToken }>;
  return transact<typeof keys, Made>(ports, making.token, keys, ([stored, challenge], now): Decision<Made> => {
    const before = stored?.value;
    if (before && !isSent(before)) return { answer: refusal('CONTENTION') };
    const known = before ?? newSentToken(own, making, sent.to, now);
    const judged = verifySent(ports, known, { kind: 'code', otp: typed }, now, { challenge, scope: flow.id });
    if (judged.verdict === 'wrong') return { answer: refusal('OTP_WRONG') };
    if (judged.verdict === 'not-asked') return { answer: refusal('NOTHING_ASKED') };
    // An attempt failed right after this commit.
    if (judged.verdict === 'replayed') return { answer: before ? { token: known } : refusal('OTP_REPLAYED') };
    const used = judged.challenge;
    return {
      answer: { token: known },
      write: {
        put: [
          { key: keys[0], value: known },
          ...(used ? [{ key: keys[1], value: used, expiresAt: used.expiresAt }] : []),
        ],
        index: reindex(keys[0], before, known),
        ...(before === undefined && { append: [createEvent(act, { type: 'token.created', subject: known.id }, now)] }),
      },
    };
  });
}

/** The address that a code is sent to, and the token that it creates. */
export function newSentToken(
  own: Pick<OwnToken, 'user'>,
  { kind, token }: Pick<SentMaking, 'kind' | 'token'>,
  to: string,
  now: number,
): SentToken {
  return { ...newRecord(own, token, now), name: maskedAddress({ kind, to }), factor: { kind, to } };
}
