import type { Administrator } from '../administrators/administrator.ts';
import { administratorDocument, administratorEmailDocument } from '../administrators/documents.ts';
import { normaliseName } from '../kernel/names.ts';
import { createEvent } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { CONFIRMATION_LIFETIME_MS, countWrongConfirmation } from '../messages/confirmation.ts';
import { notify } from '../messages/notify.ts';
import { newOperation, transact } from '../store/transact.ts';
import type { EmailChange } from './administrator-link.ts';
import type { SecondFactorPorts } from './check-factors.ts';
import { matchesConfirmation, newConfirmation } from './codes.ts';
import { emailChangeDocument } from './documents.ts';
import { keepSession, type OwnContext, type Proof, reauthenticate, unlessSignedOut } from './reauthenticate.ts';

/**
 * Requests a change of address. The address changes once the code that is sent there is confirmed.
 *
 * @throws MailerUnavailable when the mail could not be sent: a new request sends another code
 */
export async function requestEmailChange(
  ports: SecondFactorPorts,
  act: OwnContext,
  proof: Proof,
  email: string,
): Promise<Result<{ expiresAt: number; handOver?: { code: string } }>> {
  const shown = await reauthenticate(ports, act, proof);
  if (isRefusal(shown)) return shown;
  const { account, id } = act.actor;
  const now = ports.clock.now();
  const [claim] = await ports.store.getMany([administratorEmailDocument.key(account, normaliseName(email))], now);
  if (claim && claim.value.administrator !== id) return refusal('EMAIL_TAKEN');
  const { code, confirmation } = newConfirmation(ports, id);
  const value: EmailChange = { email, confirmation, expiresAt: now + CONFIRMATION_LIFETIME_MS };
  const key = emailChangeDocument.key(account, id);
  const { expiresAt } = value;
  await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [],
    put: [{ key, value, expiresAt }],
  });
  const { language } = shown.administrator;
  // Without mail an address cannot be proven, but both factors are. A mail that fails proves nothing, so the code stays
  // secret.
  if (ports.courier.isAbsent) return { expiresAt, handOver: { code } };
  const facts = { code, lifetimeMs: CONFIRMATION_LIFETIME_MS };
  await ports.courier.send({ kind: 'confirmation-code', to: email, language, facts });
  return { expiresAt };
}

/** Confirms the code. The claim of the new address and the end of the old one are one commit. */
export async function confirmEmailChange(
  ports: SecondFactorPorts,
  act: OwnContext,
  code: string,
): Promise<Result<{ administrator: Administrator }>> {
  const { account, id } = act.actor;
  const pending = emailChangeDocument.key(account, id);
  const [asked] = await ports.store.getMany([pending], ports.clock.now());
  if (!asked) return refusal('LINK_INVALID');
  const wanted = administratorEmailDocument.key(account, normaliseName(asked.value.email));
  const keys = [administratorDocument.key(account, id), pending, wanted] as const;
  type Changed = { administrator: Administrator; before: Administrator };
  const changed = await transact<typeof keys, Result<Changed>>(ports, account, keys, ([stored, held, claim], now) => {
    const before = stored && unlessSignedOut(act, stored.value);
    if (!before) return { answer: refusal('SESSION_ENDED') };
    if (held?.value.email !== asked.value.email) return { answer: refusal('LINK_INVALID') };
    const change = held.value;
    if (!matchesConfirmation(ports, change.confirmation, id, code)) {
      const left = countWrongConfirmation(change.confirmation);
      const value = left && { ...change, confirmation: left };
      const reason = 'CONFIRMATION_WRONG';
      const refused = { type: 'administrator.refused', subject: id, outcome: 'refused', reason } as const;
      const write = {
        ...(value ? { put: [{ key: pending, value, expiresAt: value.expiresAt }] } : { delete: [pending] }),
        append: [createEvent(act, refused, now)],
      };
      return { answer: refusal('CONFIRMATION_WRONG'), write };
    }
    if (claim && claim.value.administrator !== id) return { answer: refusal('EMAIL_TAKEN') };
    const administrator = { ...before, email: change.email, sessionEpoch: before.sessionEpoch + 1 };
    const old = administratorEmailDocument.key(account, normaliseName(before.email));
    return {
      answer: { administrator, before },
      write: {
        put: [
          { key: keys[0], value: administrator },
          { key: wanted, value: { administrator: id } },
        ],
        // The same address in another case is the same claim.
        delete: [pending, ...(old.name === wanted.name ? [] : [old])],
        append: [createEvent(act, { type: 'administrator.updated', subject: id, changed: ['email'] }, now)],
      },
    };
  });
  if (isRefusal(changed)) return changed;
  await keepSession(ports, act, changed.administrator);
  notify(ports, changed.before, 'email', act);
  return { administrator: changed.administrator };
}
