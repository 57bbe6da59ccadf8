import type { PasskeyAssertion } from '@countersign/protocol/passkey';
import type { Account } from '../accounts/account.ts';
import { accountDocument } from '../accounts/documents.ts';
import type { Administrator, AdministratorActor } from '../administrators/administrator.ts';
import { administratorDocument } from '../administrators/documents.ts';
import { requiresPasskey } from '../administrators/factor-policy.ts';
import { type FoundAdministrator, readAdministrator } from '../administrators/find-administrator.ts';
import type { EventDraft } from '../kernel/event.ts';
import type { FlowId } from '../kernel/ids.ts';
import type { NoticeChange } from '../kernel/mail.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Json } from '../kernel/ports/store.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../kernel/result.ts';
import { notify } from '../messages/notify.ts';
import { transact } from '../store/transact.ts';
import {
  checkAdministratorOtp,
  countAdministratorAttempt,
  redeemRecoveryCode,
  type SecondFactorPorts,
} from './check-factors.ts';
import { sessionDocument } from './documents.ts';
import { putSession } from './login/open-session.ts';
import { checkAdministratorPasskey } from './passkeys/check-passkey.ts';
import { takePending } from './passkeys/pending-passkey.ts';

/** The context of an administrator who changes their own sign-in. */
export interface OwnContext extends RequestContext {
  actor: AdministratorActor;
  session: { id: FlowId; epoch: number };
}

/** Both factors, confirmed again: an intruder at an unlocked screen has neither (SR-38). */
export interface Proof {
  password: string;
  /** Parsed already. */
  otp?: string;
  recoveryCode?: string;
  /** The answer to the question of `askOwnPasskey`. */
  passkey?: PasskeyAssertion;
}

/**
 * Returns the acting administrator if both factors are right. Wrong ones count like those of a sign-in, and write
 * events.
 */
export async function reauthenticate(
  ports: SecondFactorPorts,
  act: OwnContext,
  proof: Proof,
): Promise<Result<{ administrator: Administrator }>> {
  const { account, id } = act.actor;
  const found = await readAdministrator(ports, account, id);
  if (isRefusal(found)) return refusal('SESSION_ENDED');
  const { administrator } = found;
  // Before the password is counted: nothing was tried (SR-81).
  if (lacksPasskey(ports, found, proof)) return refusal('PASSKEY_REQUIRED');
  const asked = { account, name: administrator.email, address: act.address, find: async () => administrator };
  const attempt = await countAdministratorAttempt(ports, asked);
  if (isRefusal(attempt)) return attempt;
  let event: Json | undefined;
  try {
    const right = await attempt.verify(proof.password);
    const outcome = isRefusal(right) ? right : await confirmSecond(ports, act, right, proof);
    if (isRefusal(outcome)) event = refusedEvent(ports, act, outcome);
    return outcome;
  } finally {
    await attempt.close(event);
  }
}

function refusedEvent(ports: Pick<Ports, 'clock'>, act: OwnContext, { refused, audit }: Refusal): Json {
  const reason = audit?.reason ?? refused;
  const draft = { type: 'administrator.refused', subject: act.actor.id, outcome: 'refused', reason } as const;
  return createEvent(act, draft, ports.clock.now());
}

async function confirmSecond(
  ports: SecondFactorPorts,
  act: OwnContext,
  current: FoundAdministrator,
  proof: Proof,
): Promise<Result<{ administrator: Administrator }>> {
  const { administrator } = current;
  if (!unlessSignedOut(act, administrator)) return refusal('SESSION_ENDED');
  // Again: it may be required since the password was counted.
  if (lacksPasskey(ports, current, proof)) return refusal('PASSKEY_REQUIRED');
  const second = await secondFactor(ports, act, administrator, proof);
  return isRefusal(second) ? second : { administrator };
}

function lacksPasskey(ports: SecondFactorPorts, { account }: FoundAdministrator, { passkey }: Proof): boolean {
  return passkey === undefined && requiresPasskey(ports.administratorFactors, account);
}

async function secondFactor(ports: SecondFactorPorts, act: OwnContext, administrator: Administrator, proof: Proof) {
  // Before any code: beside a passkey, which may be required, none is taken (SR-81).
  if (proof.passkey !== undefined) {
    const pending = await takePending(ports, act, 'proof');
    if (!pending) return refusal('PASSKEY_INVALID');
    return checkAdministratorPasskey(ports, administrator, proof.passkey, pending.asked);
  }
  if (proof.otp !== undefined) return checkAdministratorOtp(ports, administrator, proof.otp);
  if (proof.recoveryCode !== undefined) return redeemRecoveryCode(ports, administrator, proof.recoveryCode, act);
  return refusal('OTP_REQUIRED');
}

/**
 * Changes an administrator's own sign-in. Writes the event in the same commit, notifies the previous address, and ends
 * all sessions but the acting one (SR-38). A session that has ended meanwhile changes nothing.
 */
export async function changeSelf(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'courier' | 'reportFault'>,
  act: OwnContext,
  change: { changed: string[]; notice: NoticeChange; tokenName?: string | undefined },
  edit: (administrator: Administrator, account: Account) => Administrator | Refusal,
): Promise<Result<{ administrator: Administrator }>> {
  const { account, id } = act.actor;
  const keys = [administratorDocument.key(account, id), accountDocument.key(account)] as const;
  const event: EventDraft = { type: 'administrator.updated', subject: id, changed: change.changed };
  type Changed = { administrator: Administrator; before: Administrator };
  const changed = await transact<typeof keys, Result<Changed>>(ports, account, keys, ([stored, home], now) => {
    const current = stored && unlessSignedOut(act, stored.value);
    if (!current || !home) return { answer: refusal('SESSION_ENDED') };
    const edited = edit(current, home.value);
    if (isRefusal(edited)) return { answer: edited };
    const administrator = { ...edited, sessionEpoch: current.sessionEpoch + 1 };
    return {
      answer: { administrator, before: current },
      write: { put: [{ key: keys[0], value: administrator }], append: [createEvent(act, event, now)] },
    };
  });
  if (isRefusal(changed)) return changed;
  await keepSession(ports, act, changed.administrator);
  notify(ports, changed.before, change.notice, act, change.tokenName);
  return { administrator: changed.administrator };
}

/** The administrator, while the acting session is still active. */
export function unlessSignedOut(act: OwnContext, administrator: Administrator): Administrator | undefined {
  return administrator.sessionEpoch === act.session.epoch ? administrator : undefined;
}

/** Keeps the session that made the change. A crash before this ends it too. */
export async function keepSession(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  act: OwnContext,
  administrator: Administrator,
): Promise<void> {
  const key = sessionDocument.key(act.session.id);
  await transact(ports, key.anchor, [key], ([session]) => {
    if (session?.value.epoch !== act.session.epoch) return { answer: undefined };
    const value = { ...session.value, epoch: administrator.sessionEpoch };
    return { answer: undefined, write: { put: [putSession(value)] } };
  });
}
