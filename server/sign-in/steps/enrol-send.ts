import { idFromBytes } from '../../kernel/ids.ts';
import type { MailLanguage } from '../../kernel/mail.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../../kernel/result.ts';
import { DAY_MS } from '../../kernel/time.ts';
import { ADDRESS_WINDOW_MS } from '../../tokens/kinds/sent/code-limits.ts';
import { newSentToken, type SentDraft } from '../../tokens/kinds/sent/enrol-sent.ts';
import { codeTarget } from '../../tokens/kinds/sent/enrolment-address.ts';
import { isAddressFor } from '../../tokens/kinds/sent/out-of-band-code.ts';
import { pendingCode, type SentCode, sendCode } from '../../tokens/kinds/sent/send-code.ts';
import { currentKinds, type EnrolmentContext, readEnrolmentContext } from '../enrolment/context.ts';
import { recordFirstCode } from '../enrolment/enrolment-transitions.ts';
import { userContext } from '../flow-events.ts';
import { retryStep } from '../flow-transitions.ts';
import type { StepContext } from '../step.ts';
import type { StepOutcome, StepPorts } from '../step-outcome.ts';

/**
 * Sends the first or another code of a new token to the address on record, or, if no number is known, to the one that
 * the user types. It counts against every limit on sent codes and a limit per user: a new sign-in or a new number gives
 * no more of them (SR-48).
 */
export async function sendEnrolmentCode(
  ports: StepPorts,
  context: StepContext<'enrol'>,
  input: SendInput,
): Promise<StepOutcome<'enrol'>> {
  const { flow, resource } = context;
  const standing = await readEnrolmentContext(ports, flow, resource);
  const kinds = standing && (await currentKinds(ports, flow, resource, standing.user));
  const { making } = flow.enrolling;
  if (!standing || !kinds) return { refusal: refusal('ACCESS_DENIED') };
  if ((making?.kind !== 'sms' && making?.kind !== 'email') || !kinds.includes(making.kind)) {
    return { refusal: refusal('STEP_NOT_EXPECTED') };
  }
  const to = addressOf(making, standing, input.phone);
  if (typeof to !== 'string') return { refusal: to };
  // Another address is another token, for which earlier codes are not valid.
  const isMoved = making.sent !== undefined && making.sent.to !== to;
  const token = isMoved ? idFromBytes('tok', ports.random.bytes(7)) : making.token;
  const sent = await send(ports, context, standing, { ...making, token }, to, input.language);
  if (isRefusal(sent)) {
    if (sent.refused !== 'CODE_NOT_SENT' && sent.refused !== 'CODE_LIMIT') return { refusal: sent };
    // The user may still type an earlier code; a wait would prevent that.
    return { move: (held) => retryStep(held, sent.refused) };
  }
  const { expiresAt, resendAt } = sent;
  return { move: (held) => recordFirstCode(held, { ...making, token, sent: { to, expiresAt, resendAt } }) };
}

interface SendInput {
  language: MailLanguage;
  /** Where the user types the number. */
  phone?: string | undefined;
}

/** The address on record wins over the user's input; without input, the number entered before is used. */
function addressOf(making: SentDraft, { user }: EnrolmentContext, phone: string | undefined): string | Refusal {
  const target = codeTarget(making.kind, user);
  if (target === undefined) return refusal('ACCESS_DENIED');
  if (target !== 'theirs-to-say') return phone === undefined ? target.to : refusal('STEP_NOT_EXPECTED');
  const address = phone ?? making.sent?.to;
  return address !== undefined && isAddressFor(making.kind, address) ? address : refusal('PHONE_MALFORMED');
}

async function send(
  ports: StepPorts,
  { flow, resource, client }: StepContext<'enrol'>,
  { user }: EnrolmentContext,
  making: SentDraft,
  to: string,
  language: MailLanguage,
): Promise<Result<SentCode>> {
  const token = newSentToken({ user }, making, to, ports.clock.now());
  // A double click sends one.
  const underWay = await pendingCode(ports, token, flow.id);
  if (underWay) return underWay;
  const full = await countUserCodes(ports, user.id);
  if (full) return full;
  return sendCode(ports, userContext(flow, client), {
    token,
    isNew: true,
    resource,
    scope: flow.id,
    language,
    origin: flow.origin,
    related: [user.id, flow.id],
  });
}

/** A limit per user, so that a thief of one password cannot make the service send to many numbers. */
async function countUserCodes(
  ports: Pick<Ports, 'store' | 'clock' | 'codes'>,
  user: string,
): Promise<Refusal | undefined> {
  const { perAddress, perAddressAndDay } = ports.codes.limits;
  const now = ports.clock.now();
  const caps: [key: string, windowMs: number, limit: number][] = [
    [`codes/set-up/${user}`, ADDRESS_WINDOW_MS, perAddress],
    [`codes/set-up-in-a-day/${user}`, DAY_MS, perAddressAndDay],
  ];
  for (const [key, windowMs, limit] of caps) {
    const { allowed, resetAt } = await ports.store.increment(key, windowMs, limit, now);
    if (!allowed) return refusal('CODE_LIMIT', { retryAfterMs: Math.max(1, resetAt - now) });
  }
  return undefined;
}
