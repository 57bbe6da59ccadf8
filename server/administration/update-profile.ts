import { accountDocument } from '../accounts/documents.ts';
import type { Administrator } from '../administrators/administrator.ts';
import type { AdministratorId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { notify } from '../messages/notify.ts';
import { hashAdministratorPassword, personalWords } from './administrator-password.ts';
import { transferSuperuser } from './change-administrator.ts';
import type { SecondFactorPorts } from './check-factors.ts';
import { newRecoveryCodes } from './codes.ts';
import { changeSelf, type OwnContext, type Proof, reauthenticate } from './reauthenticate.ts';

/** Administrators' changes to their own sign-in. Each asks for both factors again (SR-38). */
export async function changeOwnPassword(
  ports: SecondFactorPorts & Pick<Ports, 'breachedPasswords'>,
  act: OwnContext,
  proof: Proof,
  password: string,
): Promise<Result<{ administrator: Administrator }>> {
  const shown = await reauthenticate(ports, act, proof);
  if (isRefusal(shown)) return shown;
  const { account } = act.actor;
  const [home] = await ports.store.getMany([accountDocument.key(account)], ports.clock.now());
  const hashed = await hashAdministratorPassword(ports, password, personalWords(home?.value, shown.administrator));
  if (isRefusal(hashed)) return hashed;
  const change = { changed: ['passwordHash'], notice: 'password' as const };
  return changeSelf(ports, act, change, (administrator) => ({ ...administrator, ...hashed }));
}

/** Makes ten new codes. The previous ones are void. */
export async function renewRecoveryCodes(
  ports: SecondFactorPorts,
  act: OwnContext,
  proof: Proof,
): Promise<Result<{ recoveryCodes: string[] }>> {
  const shown = await reauthenticate(ports, act, proof);
  if (isRefusal(shown)) return shown;
  const { codes, macs } = newRecoveryCodes(ports, act.actor.id);
  const change = { changed: ['recovery'], notice: 'recovery-codes' as const };
  const changed = await changeSelf(ports, act, change, (administrator) => ({
    ...administrator,
    recovery: { macs, failures: 0 },
  }));
  return isRefusal(changed) ? changed : { recoveryCodes: codes };
}

/** Transfers the superuser's role. Both administrators are notified. */
export async function handOverSuperuser(
  ports: SecondFactorPorts,
  act: OwnContext,
  proof: Proof,
  to: AdministratorId,
): Promise<Result<{ superuser: Administrator }>> {
  // Checked before a code is used up; the transfer itself checks again.
  if (act.actor.role !== 'superuser') return refusal('FORBIDDEN');
  const shown = await reauthenticate(ports, act, proof);
  if (isRefusal(shown)) return shown;
  const moved = await transferSuperuser(ports, act, to);
  if (isRefusal(moved)) return moved;
  notify(ports, moved.from, 'superuser', act);
  notify(ports, moved.to, 'superuser', act);
  return { superuser: moved.to };
}
