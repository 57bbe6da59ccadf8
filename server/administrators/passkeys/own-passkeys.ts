import type { PasskeyAttestation, PasskeyCreation } from '@countersign/protocol/passkey';
import { callDependency } from '../../kernel/dependency.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../../kernel/result.ts';
import { type PasskeyNeeds, randomChallenge, relyingParty } from '../../tokens/kinds/passkey/new-challenge.ts';
import type { PasskeyChallenge } from '../../tokens/kinds/passkey/passkey-challenge.ts';
import { creationFor } from '../../tokens/kinds/passkey/start-passkey-registration.ts';
import { verifyAttestation } from '../../tokens/kinds/passkey/verify-attestation.ts';
import type { Administrator, AdministratorPasskey } from '../administrator.ts';
import type { SecondFactorPorts } from '../check-factors.ts';
import { readAdministrator } from '../find-administrator.ts';
import { changeSelf, type OwnContext, type Proof, reauthenticate } from '../reauthenticate.ts';
import { challengeForAdministrator } from './check-passkey.ts';
import { MAX_ADMINISTRATOR_PASSKEYS, passkeyId } from './passkey.ts';
import { keepPending, takePending } from './pending-passkey.ts';

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
  name: string,
): Promise<Result<{ creation: PasskeyCreation }>> {
  const shown = await reauthenticate(ports, act, proof);
  if (isRefusal(shown)) return shown;
  const { id, email, name: displayName, passkeys = [] } = shown.administrator;
  if (passkeys.length >= MAX_ADMINISTRATOR_PASSKEYS) return refusal('PASSKEY_LIMIT');
  const asked: PasskeyChallenge = {
    ...relyingParty(ports),
    challenge: randomChallenge(ports),
    allow: [],
    userVerification: 'required',
  };
  await keepPending(ports, act, { purpose: 'registration', asked, name });
  const has = passkeys.map(({ factor }) => factor);
  return { creation: creationFor(asked, { id, name: email, displayName }, has, asked.userVerification) };
}

/** Adds the passkey that the device has created. */
export async function finishOwnPasskey(
  ports: SecondFactorPorts,
  act: OwnContext,
  response: PasskeyAttestation,
): Promise<Result<{ administrator: Administrator }>> {
  const pending = await takePending(ports, act, 'registration');
  if (pending?.purpose !== 'registration') return refusal('LINK_INVALID');
  const { asked, name } = pending;
  const rules = { ...asked, topOrigin: asked.origin };
  const factor = await callDependency('checking a new passkey', () => verifyAttestation(response, rules));
  if (!factor) return refusal('PASSKEY_INVALID');
  const made: AdministratorPasskey = { name, factor, createdAt: ports.clock.now() };
  const change = { changed: ['passkeys'], notice: 'passkey-added' as const, tokenName: name };
  return changeSelf(ports, act, change, (administrator) => {
    const { passkeys = [] } = administrator;
    if (passkeys.length >= MAX_ADMINISTRATOR_PASSKEYS) return refusal('PASSKEY_LIMIT');
    if (passkeys.some((one) => passkeyId(one) === passkeyId(made))) return refusal('PASSKEY_TAKEN');
    return { ...administrator, passkeys: [...passkeys, made] };
  });
}

/** Removes a passkey. The token stays, so a second factor is left. */
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
  return changeSelf(ports, act, change, (administrator): Administrator | Refusal => {
    const { passkeys = [], ...rest } = administrator;
    const left = passkeys.filter((one) => passkeyId(one) !== id);
    if (left.length === passkeys.length) return refusal('TOKEN_NOT_FOUND');
    return { ...rest, ...(left.length > 0 && { passkeys: left }) };
  });
}
