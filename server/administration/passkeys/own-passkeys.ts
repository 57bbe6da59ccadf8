import type { KnownPasskeys, PasskeyAttestation, PasskeyCreation } from '@countersign/protocol/passkey';
import type { Administrator } from '../../administrators/administrator.ts';
import { administratorDocument } from '../../administrators/documents.ts';
import { mayRemovePasskey, requiresPasskey } from '../../administrators/factor-policy.ts';
import { readAdministrator } from '../../administrators/find-administrator.ts';
import type { EventDraft } from '../../kernel/event.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../../kernel/result.ts';
import { editObject } from '../../store/records/read-object.ts';
import { type PasskeyNeeds, relyingParty } from '../../tokens/kinds/passkey/new-challenge.ts';
import type { PasskeyChallenge } from '../../tokens/kinds/passkey/passkey-challenge.ts';
import { knownPasskeys } from '../../tokens/kinds/passkey/passkey-request.ts';
import type { SecondFactorPorts } from '../check-factors.ts';
import { changeSelf, type OwnContext, type Proof, reauthenticate, unlessSignedOut } from '../reauthenticate.ts';
import { challengeForAdministrator } from './check-passkey.ts';
import { MAX_ADMINISTRATOR_PASSKEYS, passkeyId } from './passkey.ts';
import { keepPending, takePending } from './pending-passkey.ts';
import { creationOf, newRegistration, verifyNewPasskey } from './register-passkey.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random'>;

/** Asks for a passkey of the administrator, to confirm a change of their own sign-in. */
export async function askOwnPasskey(
  ports: Needs & PasskeyNeeds,
  act: OwnContext,
): Promise<Result<{ asked: PasskeyChallenge }>> {
  const { account, id } = act.actor;
  const found = await readAdministrator(ports, account, id);
  if (isRefusal(found)) return refusal('SESSION_ENDED');
  const asked = challengeForAdministrator(ports, found.administrator);
  if (!asked) return refusal('PASSKEY_INVALID');
  await keepPending(ports, act, { purpose: 'proof', asked });
  return { asked };
}

/** Starts a new passkey. Both factors are confirmed first (SR-38). */
export async function startOwnPasskey(
  ports: SecondFactorPorts & PasskeyNeeds,
  act: OwnContext,
  proof: Proof,
  name = '',
): Promise<Result<{ creation: PasskeyCreation }>> {
  const shown = await reauthenticate(ports, act, proof);
  if (isRefusal(shown)) return shown;
  const { passkeys = [] } = shown.administrator;
  if (passkeys.length >= MAX_ADMINISTRATOR_PASSKEYS) return refusal('PASSKEY_LIMIT');
  const asked = newRegistration(ports);
  await keepPending(ports, act, { purpose: 'registration', asked, name });
  return { creation: creationOf(asked, shown.administrator) };
}

/** Adds the passkey that the device has created. */
export async function finishOwnPasskey(
  ports: SecondFactorPorts,
  act: OwnContext,
  response: PasskeyAttestation,
): Promise<Result<{ administrator: Administrator }>> {
  const pending = await takePending(ports, act, 'registration');
  if (pending?.purpose !== 'registration') return refusal('LINK_INVALID');
  const found = await readAdministrator(ports, act.actor.account, act.actor.id);
  if (isRefusal(found)) return refusal('SESSION_ENDED');
  const { name, asked } = pending;
  const about = { name, userAgent: act.userAgent };
  const made = await verifyNewPasskey(ports, found.administrator, asked, response, about);
  if (!made) return refusal('PASSKEY_INVALID');
  const change = { changed: ['passkeys'], notice: 'passkey-added' as const, tokenName: made.name };
  return changeSelf(ports, act, change, (administrator) => {
    const { passkeys = [] } = administrator;
    if (passkeys.length >= MAX_ADMINISTRATOR_PASSKEYS) return refusal('PASSKEY_LIMIT');
    if (passkeys.some((one) => passkeyId(one) === passkeyId(made))) return refusal('PASSKEY_TAKEN');
    return { ...administrator, passkeys: [...passkeys, made] };
  });
}

/** Renames a passkey. That makes no sign-in easier, so the session is enough. */
export function renameOwnPasskey(
  ports: Needs,
  act: OwnContext,
  id: string,
  name: string,
): Promise<Result<{ object: Administrator }>> {
  const key = administratorDocument.key(act.actor.account, act.actor.id);
  const event: EventDraft = { type: 'administrator.updated', changed: ['passkeys.name'] };
  return editObject(ports, act, event, key, 'SESSION_ENDED', (administrator): Administrator | Refusal => {
    if (!unlessSignedOut(act, administrator)) return refusal('SESSION_ENDED');
    const { passkeys = [] } = administrator;
    const renamed = passkeys.find((one) => passkeyId(one) === id);
    if (!renamed) return refusal('TOKEN_NOT_FOUND');
    if (renamed.name === name) return administrator;
    return { ...administrator, passkeys: passkeys.map((one) => (one === renamed ? { ...one, name } : one)) };
  });
}

/** What the browser of the session may know about the administrator's passkeys. */
export async function knownOwnPasskeys(
  ports: Needs & PasskeyNeeds,
  act: OwnContext,
): Promise<Result<{ known: KnownPasskeys }>> {
  const found = await readAdministrator(ports, act.actor.account, act.actor.id);
  if (isRefusal(found)) return refusal('SESSION_ENDED');
  const { id, email, name, passkeys = [] } = found.administrator;
  return { known: knownPasskeys({ id, name: email, displayName: name }, passkeys, relyingParty(ports)) };
}

/** Removes a passkey, if a second factor is left that signs in. The commit that removes it decides (SR-81). */
export async function removeOwnPasskey(
  ports: SecondFactorPorts,
  act: OwnContext,
  proof: Proof,
  id: string,
): Promise<Result<{ administrator: Administrator }>> {
  const shown = await reauthenticate(ports, act, proof);
  if (isRefusal(shown)) return shown;
  const removed = shown.administrator.passkeys?.find((one) => passkeyId(one) === id);
  const change = { changed: ['passkeys'], notice: 'passkey-removed' as const, tokenName: removed?.name };
  return changeSelf(ports, act, change, (administrator, home): Administrator | Refusal => {
    const { passkeys = [], ...rest } = administrator;
    const left = passkeys.filter((one) => passkeyId(one) !== id);
    if (left.length === passkeys.length) return refusal('TOKEN_NOT_FOUND');
    const isRequired = requiresPasskey(ports.administratorFactors, home);
    if (!mayRemovePasskey(administrator, isRequired)) return refusal('PASSKEY_LAST');
    return { ...rest, ...(left.length > 0 && { passkeys: left }) };
  });
}
