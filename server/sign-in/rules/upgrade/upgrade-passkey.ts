import type { PasskeyAttestation } from '@countersign/protocol/passkey';
import { readAccess } from '../../../authentication/read-access.ts';
import type { FlowId } from '../../../kernel/ids.ts';
import { type MailLanguage, mailBrand } from '../../../kernel/mail.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import { notifyUser } from '../../../messages/notify.ts';
import { type Decision, transact } from '../../../store/transact.ts';
import { namesOf } from '../../../tokens/own-token-name.ts';
import { ownedTokens } from '../../../tokens/owned-tokens.ts';
import type { Token } from '../../../tokens/token.ts';
import { epochOf } from '../../../users/credential-epoch.ts';
import { readUser } from '../../../users/find-user.ts';
import { trustEpochOf } from '../../../users/trust-epoch.ts';
import { flowDocument, resultDocument } from '../../documents.ts';
import { createEnrolledToken } from '../../enrolment/create-token.ts';
import type { FlowAt, PasskeyUpgrade } from '../../flow.ts';
import { userContext } from '../../flow-events.ts';
import { validateResult } from '../../results/validate-result.ts';
import type { SignInPorts, StepRequest } from '../../step-outcome.ts';
import { putFlow, readFlow } from '../../stored-flow.ts';
import { canBeUpgraded } from './passkey-upgrade.ts';

/**
 * Adds the passkey that a browser has created at the end of a sign-in without asking its user. The offer is used up by
 * the first answer, and everything that it rests on is checked again: the result of the sign-in must still be valid
 * (SR-4), and the user still one who may get a passkey. It is no factor of that sign-in.
 */
export async function upgradePasskey(
  ports: SignInPorts,
  request: Pick<StepRequest, 'handle' | 'client'> & { response: PasskeyAttestation; language: MailLanguage },
): Promise<Result<{ token: Token }>> {
  const { handle, client, response, language } = request;
  const known = await readFlow(ports, handle);
  if (!known) return refusal('FLOW_NOT_FOUND');
  client.onAccount?.(known.account);
  const taken = await takeOffer(ports, known.id);
  if (!taken) return refusal('STEP_NOT_EXPECTED');
  const { flow, upgrade } = taken;
  const access = await readAccess(ports, flow.resource, client.address);
  if (isRefusal(access)) return access;
  const { resource } = access;
  // Read before the result is validated: a token that is lost after that ends the offer.
  const user = flow.user && (await readUser(ports, flow.account, flow.user));
  if (!user) return refusal('ACCESS_DENIED');
  const [record] = await ports.store.getMany([resultDocument.key(flow.id)], ports.clock.now());
  if (!record || (await validateResult(ports, record.value))) return refusal('ACCESS_DENIED');
  const owned = await ownedTokens(ports, user);
  if (!canBeUpgraded(user, owned, resource)) return refusal('ACCESS_DENIED');
  const { draft: making, expiresAt } = upgrade;
  const enrolling = {
    basis: 'second-factor',
    credentialEpoch: epochOf(user),
    trustEpoch: trustEpochOf(user),
  } as const;
  const made = await createEnrolledToken(
    ports,
    {
      act: userContext(flow, client),
      flow: { ...flow, expiresAt, enrolling },
      making,
      user,
      names: { language, taken: namesOf(owned) },
    },
    { response },
    resource.failedAttemptsBeforeLock,
  );
  if (isRefusal(made)) return made;
  const { token } = made;
  notifyUser(ports, user, 'passkey-added', { client, language, brand: mailBrand(resource), tokenName: token.name });
  return { token };
}

interface TakenOffer {
  flow: FlowAt<'done'>;
  upgrade: PasskeyUpgrade;
}

/** Uses the offer up: of any number of answers, one gets it. */
function takeOffer(ports: Pick<Ports, 'store' | 'clock' | 'random'>, id: FlowId): Promise<TakenOffer | undefined> {
  const key = flowDocument.key(id);
  return transact(ports, key.anchor, [key], ([stored], now): Decision<TakenOffer | undefined> => {
    if (stored?.value.step !== 'done') return { answer: undefined };
    const { upgrade, ...flow } = stored.value;
    if (!upgrade || now >= upgrade.expiresAt) return { answer: undefined };
    return { answer: { flow, upgrade }, write: putFlow(flowDocument.key, flow) };
  });
}
