import type { Administrator } from '../administrators/administrator.ts';
import { readAdministrator } from '../administrators/find-administrator.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../kernel/result.ts';
import { CONFIRMATION_LIFETIME_MS } from '../messages/confirmation.ts';
import { notify } from '../messages/notify.ts';
import { newOperation, transact } from '../store/transact.ts';
import type { SecondFactorPorts } from './check-factors.ts';
import { administratorEnrolmentDocument } from './documents.ts';
import { enrolToken, newEnrolment, showEnrolment } from './enrol-token.ts';
import { keepSession, type OwnContext, type Proof, reauthenticate, unlessSignedOut } from './reauthenticate.ts';

/** Shows a new token. The old one stays until the first right code of the new one. */
export async function requestTokenReplacement(
  ports: SecondFactorPorts,
  act: OwnContext,
  proof: Proof,
): Promise<Result<{ otpauthUri: string; secret: string; expiresAt: number }>> {
  const shown = await reauthenticate(ports, act, proof);
  if (isRefusal(shown)) return shown;
  const { account, id } = act.actor;
  const found = await readAdministrator(ports, account, id);
  if (isRefusal(found)) return refusal('SESSION_ENDED');
  const now = ports.clock.now();
  const expiresAt = now + CONFIRMATION_LIFETIME_MS;
  const value = newEnrolment(ports, account);
  const key = administratorEnrolmentDocument.key(account, id);
  await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [],
    put: [{ key, value, expiresAt }],
  });
  return { ...showEnrolment(ports, found.account, found.administrator.email, value), expiresAt };
}

/** Checks the first code of the new token, which replaces the old one, with new recovery codes. */
export async function confirmTokenReplacement(
  ports: SecondFactorPorts,
  act: OwnContext,
  otp: string,
): Promise<Result<{ recoveryCodes: string[] }>> {
  const { account, id } = act.actor;
  const key = administratorEnrolmentDocument.key(account, id);
  const [enrolment] = await ports.store.getMany([key], ports.clock.now());
  if (!enrolment) return refusal('LINK_INVALID');
  const raised = (current: Administrator): Administrator | Refusal => {
    const own = unlessSignedOut(act, current);
    return own ? { ...own, sessionEpoch: own.sessionEpoch + 1 } : refusal('SESSION_ENDED');
  };
  const enrolled = await enrolToken(ports, act.actor, enrolment.value, otp, act, raised);
  if (isRefusal(enrolled)) return enrolled;
  await transact(ports, key.anchor, [key], ([held]) => ({
    answer: undefined,
    ...(held?.value.token === enrolment.value.token && { write: { delete: [key] } }),
  }));
  await keepSession(ports, act, enrolled.administrator);
  notify(ports, enrolled.administrator, 'token-added', act);
  return { recoveryCodes: enrolled.recoveryCodes };
}
