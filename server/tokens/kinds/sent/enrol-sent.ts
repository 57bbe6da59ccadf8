import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { TokenId } from '../../../kernel/ids.ts';
import type { ReadPorts, SecretPorts } from '../../../kernel/ports/ports.ts';
import { createEvent } from '../../../kernel/request-context.ts';
import { type Refusal, type Result, refusal } from '../../../kernel/result.ts';
import { reindex } from '../../../store/index-entries.ts';
import { type Decision, transact } from '../../../store/transact.ts';
import type { User } from '../../../users/user.ts';
import { challengeDocument, tokenDocument } from '../../documents.ts';
import { newRecord } from '../../new-record.ts';
import { isSent, type SentToken } from '../../token.ts';
import type { Enroller, FirstProof, KindEnrolment, TokenDraft } from '../kind-enrolment.ts';
import { canSendTo, codeTarget, isOwnMailbox } from './enrolment-address.ts';
import { maskedAddress, untilResendMs } from './out-of-band-code.ts';
import { verifySent } from './verify-sent.ts';

export interface SentDraft extends TokenDraft {
  kind: 'sms' | 'email';
  /** A different one for each address. */
  token: TokenId;
  /** The known address that codes go to, masked. If absent, the user enters one. */
  onRecord?: string;
  /** The latest code. */
  sent?: {
    to: string;
    expiresAt: number;
    /** The earliest time for another code. */
    resendAt: number;
  };
}

/** A user sets up a phone or a mailbox for codes. */
export const sentEnrolment: KindEnrolment<SentDraft> = {
  proof: 'otp',
  isAvailable(kind, { user, basis, channels }) {
    if (kind === 'email' && !isOwnMailbox(user, basis)) return false;
    return channels.includes(kind) && codeTarget(kind, user) !== undefined;
  },
  start(_ports, kind, token, user) {
    const target = codeTarget(kind, user);
    return { kind, token, ...(typeof target === 'object' && { onRecord: maskedAddress({ kind, to: target.to }) }) };
  },
  show: async (_ports, { kind, onRecord }) => ({ kind, ...omitUndefined({ to: onRecord }) }),
  showSent({ kind, sent }, now) {
    if (!sent) return undefined;
    const { to, expiresAt, resendAt } = sent;
    return { to: maskedAddress({ kind, to }), expiresAt, resendAfterMs: untilResendMs(resendAt, now) };
  },
  refuseProof: refuseWithoutCode,
  create: createSent,
  // The user's phone number or email address may have changed: the code went to the old one.
  isStillAllowed: ({ kind, sent }, user) => canSendTo(kind, sent?.to ?? '', user),
};

/**
 * Unlike the code of an app, whose key is on the screen, a sent code can be guessed. Without a code to the user's
 * current address there is nothing to guess.
 */
async function refuseWithoutCode(
  ports: ReadPorts,
  { flow, user }: Enroller,
  { kind, token, sent }: SentDraft,
): Promise<Refusal | undefined> {
  if (!sent || !canSendTo(kind, sent.to, user)) return refusal('NOTHING_ASKED');
  const [asked] = await ports.store.getMany([challengeDocument.key(token, flow.id)], ports.clock.now());
  return asked ? undefined : refusal('NOTHING_ASKED');
}

/**
 * Uses up the code sent to a new token in the commit that creates the token (SR-1). The code is bound to token and
 * address, so a code for one number creates no token for another.
 */
async function createSent(
  ports: SecretPorts,
  own: Enroller,
  draft: SentDraft,
  proof: FirstProof,
): Promise<Result<{ token: SentToken }>> {
  const { act, flow } = own;
  const { sent } = draft;
  if (!sent || !('otp' in proof)) return refusal('NOTHING_ASKED');
  const typed = proof.otp;
  const keys = [tokenDocument.key(draft.token), challengeDocument.key(draft.token, flow.id)] as const;
  type Made = Result<{ token: SentToken }>;
  return transact<typeof keys, Made>(ports, draft.token, keys, ([stored, challenge], now): Decision<Made> => {
    const before = stored?.value;
    if (before && !isSent(before)) return { answer: refusal('CONTENTION') };
    const known = before ?? newSentToken(own, draft, sent.to, now);
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
  own: { user: User },
  { kind, token }: Pick<SentDraft, 'kind' | 'token'>,
  to: string,
  now: number,
): SentToken {
  return { ...newRecord(own, { id: token, name: maskedAddress({ kind, to }) }, now), factor: { kind, to } };
}
