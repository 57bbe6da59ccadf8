import type { AdministratorFactors } from '@countersign/protocol/session';
import type { Account } from '../accounts/account.ts';
import { accountDocument } from '../accounts/documents.ts';
import type { Administrator } from '../administrators/administrator.ts';
import { hasPasskey, requiresPasskey } from '../administrators/factor-policy.ts';
import { administratorKeys } from '../administrators/find-administrator.ts';
import type { AccountId } from '../kernel/ids.ts';
import { mayAdminister } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Stored } from '../kernel/ports/store.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { notify } from '../messages/notify.ts';
import { transact } from '../store/transact.ts';
import type { SecondFactorPorts } from './check-factors.ts';
import { type OwnContext, type Proof, reauthenticate } from './reauthenticate.ts';

/** What opens the console of an account beside the password. */
export interface FactorsInForce {
  factors: AdministratorFactors;
  /** `installation`: the account cannot lower it. */
  decidedBy: 'installation' | 'account';
  /** Active administrators who have none. */
  withoutPasskey: Administrator[];
}

export async function readAdministratorFactors(
  ports: Pick<Ports, 'store' | 'clock' | 'administratorFactors'>,
  act: RequestContext,
): Promise<Result<FactorsInForce>> {
  if (!mayAdminister(act.actor)) return refusal('FORBIDDEN');
  const keys = await keysOf(ports, act.actor.account);
  const [home, ...administrators] = await ports.store.getMany(keys, ports.clock.now());
  return home ? inForce(ports, home.value, activeOf(administrators)) : refusal('ACCOUNT_NOT_FOUND');
}

/** The same by the superuser, who confirms both factors. A passkey to require passkeys, so that it is known to work. */
export async function changeAdministratorFactors(
  ports: SecondFactorPorts,
  act: OwnContext,
  proof: Proof,
  factors: AdministratorFactors,
): Promise<Result<FactorsInForce>> {
  // Checked before a code is used up; the commit checks again.
  if (!mayAdminister(act.actor)) return refusal('FORBIDDEN');
  if (factors === 'passkey' && proof.passkey === undefined) return refusal('PASSKEY_REQUIRED');
  const shown = await reauthenticate(ports, act, proof);
  return isRefusal(shown) ? shown : setAdministratorFactors(ports, act, factors);
}

/**
 * Requires passkeys of the account's administrators, or no longer (SR-81). The commit decides on the administrators as
 * they are then, so that none of them is shut out. All of them get a mail.
 */
export async function setAdministratorFactors(
  ports: SecondFactorPorts,
  act: RequestContext & Partial<Pick<OwnContext, 'session'>>,
  factors: AdministratorFactors,
): Promise<Result<FactorsInForce>> {
  const { actor } = act;
  if (!mayAdminister(actor)) return refusal('FORBIDDEN');
  if (factors === 'any' && ports.administratorFactors === 'passkey') {
    return refusal('FORBIDDEN', { detail: 'the installation requires passkeys of all administrators' });
  }
  const keys = await keysOf(ports, actor.account);
  const notice = factors === 'passkey' ? 'passkeys-required' : 'passkeys-optional';
  type Changed = FactorsInForce & { told: Administrator[] };
  const changed = await transact<typeof keys, Result<Changed>>(ports, actor.account, keys, ([home, ...stored], now) => {
    if (!home) return { answer: refusal('ACCOUNT_NOT_FOUND') };
    const administrators = activeOf(stored);
    if (actor.kind === 'administrator') {
      // The role was transferred, or the session has ended, meanwhile.
      if (home.value.superuser !== actor.id) return { answer: refusal('FORBIDDEN') };
      const own = administrators.find(({ id }) => id === actor.id);
      if (own?.sessionEpoch !== act.session?.epoch) return { answer: refusal('SESSION_ENDED') };
    }
    const { administratorFactors = 'any', ...rest } = home.value;
    const account: Account = { ...rest, ...(factors === 'passkey' && { administratorFactors: factors }) };
    const answer = { ...inForce(ports, account, administrators), told: administrators };
    if (administratorFactors === factors) return { answer: { ...answer, told: [] } };
    if (factors === 'passkey' && answer.withoutPasskey.length > 0) {
      const names = answer.withoutPasskey.map(({ email }) => email);
      const detail = `${names.length} without a passkey: ${names.slice(0, NAMED).join(', ')}`;
      return { answer: refusal('ADMINISTRATOR_WITHOUT_PASSKEY', { detail }) };
    }
    const event = createEvent(act, { type: `account.${notice}`, subject: account.id }, now);
    return { answer, write: { put: [{ key: keys[0], value: account }], append: [event] } };
  });
  if (isRefusal(changed)) return changed;
  const { told, ...result } = changed;
  for (const administrator of told) notify(ports, administrator, notice, act);
  return result;
}

/** Of many administrators without a passkey, those whom a refusal names. */
const NAMED = 10;

/** Also of those invited: one who accepts meanwhile makes the commit decide again. */
async function keysOf(ports: Pick<Ports, 'store'>, account: AccountId) {
  return [accountDocument.key(account), ...(await administratorKeys(ports, account))] as const;
}

function activeOf(stored: readonly (Stored<Administrator> | undefined)[]): Administrator[] {
  return stored.flatMap((one) => (one?.value.state === 'active' ? [one.value] : []));
}

function inForce(
  ports: Pick<Ports, 'administratorFactors'>,
  account: Account,
  administrators: Administrator[],
): FactorsInForce {
  return {
    factors: requiresPasskey(ports.administratorFactors, account) ? 'passkey' : 'any',
    decidedBy: ports.administratorFactors === 'passkey' ? 'installation' : 'account',
    withoutPasskey: administrators.filter((one) => !hasPasskey(one)),
  };
}
