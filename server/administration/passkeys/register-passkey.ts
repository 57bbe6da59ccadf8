import type { PasskeyAttestation, PasskeyCreation } from '@countersign/protocol/passkey';
import { accountDocument } from '../../accounts/documents.ts';
import { type Administrator, type AdministratorPasskey, actorOf } from '../../administrators/administrator.ts';
import { administratorDocument } from '../../administrators/documents.ts';
import { nextSecondFactor } from '../../administrators/factor-policy.ts';
import { callDependency } from '../../kernel/dependency.ts';
import type { EventDraft } from '../../kernel/event.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { type ClientInfo, createEvent } from '../../kernel/request-context.ts';
import { type Result, refusal } from '../../kernel/result.ts';
import { transact } from '../../store/transact.ts';
import { type PasskeyNeeds, randomChallenge, relyingParty } from '../../tokens/kinds/passkey/new-challenge.ts';
import type { PasskeyChallenge } from '../../tokens/kinds/passkey/passkey-challenge.ts';
import { providerName } from '../../tokens/kinds/passkey/provider-name.ts';
import { creationFor } from '../../tokens/kinds/passkey/start-passkey-registration.ts';
import { verifyAttestation } from '../../tokens/kinds/passkey/verify-attestation.ts';
import { namesOf, ownPasskeyName } from '../../tokens/own-token-name.ts';

/** The challenge for a new passkey. The device has to verify its user. */
export function newRegistration(ports: PasskeyNeeds): PasskeyChallenge {
  return { ...relyingParty(ports), challenge: randomChallenge(ports), allow: [], userVerification: 'required' };
}

/** The challenge, as the browser of its administrator takes it. */
export function creationOf(
  asked: PasskeyChallenge,
  { id, email, name, passkeys = [] }: Pick<Administrator, 'id' | 'email' | 'name' | 'passkeys'>,
): PasskeyCreation {
  const has = passkeys.map(({ factor }) => factor);
  return creationFor(asked, { id, name: email, displayName: name }, has, asked.userVerification);
}

/**
 * The passkey that the device has created; undefined if the response is wrong.
 *
 * @param name empty: that of its provider
 */
export async function verifyNewPasskey(
  ports: Pick<Ports, 'clock'>,
  { language, passkeys: others = [] }: Pick<Administrator, 'language' | 'passkeys'>,
  asked: PasskeyChallenge,
  response: PasskeyAttestation,
  { name: given, userAgent }: { name: string; userAgent: string | undefined },
): Promise<AdministratorPasskey | undefined> {
  // The console is in no frame.
  const rules = { ...asked, topOrigin: asked.origin };
  const factor = await callDependency('checking a new passkey', () => verifyAttestation(response, rules));
  if (!factor) return undefined;
  const provider = await providerName(factor.aaguid);
  const name = given || ownPasskeyName({ language, taken: namesOf(others) }, { ...factor, provider }, userAgent);
  return { name, factor, createdAt: ports.clock.now() };
}

/**
 * Makes the passkey the first factor beside the password (SR-81). The commit that adds it decides, so of several first
 * sign-ins at once one adds a passkey, and none does beside a factor that exists (SR-69).
 *
 * @param isAllowed false: the sign-in has been overtaken
 */
export function addFirstPasskey(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  { account, id }: Pick<Administrator, 'account' | 'id'>,
  passkey: AdministratorPasskey,
  client: ClientInfo,
  isAllowed: (administrator: Administrator) => boolean,
): Promise<Result<{ administrator: Administrator }>> {
  const keys = [accountDocument.key(account), administratorDocument.key(account, id)] as const;
  return transact<typeof keys, Result<{ administrator: Administrator }>>(
    ports,
    account,
    keys,
    ([home, stored], now) => {
      const isFirst = home && stored && nextSecondFactor(stored.value, true) === 'enrol-passkey';
      if (!isFirst || !isAllowed(stored.value)) return { answer: refusal('ACCESS_DENIED') };
      const administrator = { ...stored.value, passkeys: [passkey] };
      const act = { actor: actorOf(home.value, administrator), ...client };
      const event: EventDraft = { type: 'administrator.updated', subject: id, changed: ['passkeys'] };
      const put = [{ key: keys[1], value: administrator }];
      return { answer: { administrator }, write: { put, append: [createEvent(act, event, now)] } };
    },
  );
}
