import type { StartedFlow } from '@countersign/protocol/flow';
import { isMakerInOffice } from '../../administrators/link-maker.ts';
import { readAccess } from '../../authentication/read-access.ts';
import { idFromBytes } from '../../kernel/ids.ts';
import type { ClientInfo } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { secretMatches } from '../../kernel/secret-token.ts';
import { parseUserLink } from '../../messages/user-link.ts';
import type { Resource } from '../../resources/resource.ts';
import { userDocument } from '../../users/documents.ts';
import { readUser } from '../../users/find-user.ts';
import type { User } from '../../users/user.ts';
import { enrolmentLinkDocument } from '../enrolment/documents.ts';
import { type EnrolmentLink, isEnrolmentLinkValid } from '../enrolment/enrolment-link.ts';
import { startEnrolment } from '../enrolment/enrolment-transitions.ts';
import { offerEnrolment } from '../enrolment/offer-enrolment.ts';
import type { Flow, FlowAt } from '../flow.ts';
import { createFlow } from '../flow-transitions.ts';
import { sealFlow } from '../stored-flow.ts';
import { presentFlow } from '../view-flow.ts';
import { admitSignInStart } from './admit-start.ts';
import type { StartFlowNeeds } from './start-flow-input.ts';

/**
 * Starts the flow of a mailed link: the password, if the user has one, then the token. Opening it uses nothing up; the
 * link is used up with the token. The flow ends without a result, because no site asked for one.
 */
export async function startLinkedFlow(
  ports: StartFlowNeeds,
  { link: text, client }: { link: string; client: ClientInfo },
): Promise<Result<StartedFlow>> {
  const refused = await admitSignInStart(ports, client);
  if (refused) return refused;
  const opened = await openLink(ports, text);
  if (isRefusal(opened)) return opened;
  const { user, link } = opened;
  client.onAccount?.(user.account);
  const access = await readAccess(ports, link.resource, client.address);
  if (isRefusal(access)) return access;
  const { resource } = access;

  const id = idFromBytes('flw', ports.random.bytes(7));
  const asked = { nonce: `enrolment-link-of.${user.id}`, origin: ports.issuer };
  const fresh = { ...createFlow(id, resource, asked, ports.clock.now()), enrolmentLink: link.secretHash };
  const begun = await firstStep(ports, user, resource, fresh);
  if (!begun) return refusal('ENROLMENT_LINK_INVALID');
  const { flow, handle } = sealFlow(ports, 'widget-flow', begun);
  return { ...(await presentFlow(ports, flow)), handle };
}

async function firstStep(
  ports: StartFlowNeeds,
  user: User,
  resource: Resource,
  flow: FlowAt<'identify'>,
): Promise<Flow | undefined> {
  if (user.passwordHash !== undefined) return { ...flow, login: user.login, step: 'password' };
  const question = { user, resource, basis: 'link', isAsked: true } as const;
  const enrolling = await offerEnrolment(ports, question, { otp: 'not_used' });
  return enrolling && startEnrolment(flow, user, undefined, enrolling);
}

/** The response is the same whatever is wrong with a link (SR-40). */
async function openLink(
  ports: Pick<StartFlowNeeds, 'store' | 'clock'>,
  text: string,
): Promise<Result<{ user: User; link: EnrolmentLink }>> {
  const invalid = refusal('ENROLMENT_LINK_INVALID');
  const key = parseUserLink(text);
  if (!key) return invalid;
  const now = ports.clock.now();
  const [user, link] = await ports.store.getMany(
    [userDocument.key(key.user), enrolmentLinkDocument.key(key.user)],
    now,
  );
  if (!user || !link || !secretMatches(key.secret, link.value.secretHash)) return invalid;
  if (!isEnrolmentLinkValid(link.value, user.value, now)) return invalid;
  if (!(await readUser(ports, user.value.account, key.user))) return invalid;
  if (!(await isMakerInOffice(ports, link.value, user.value))) return invalid;
  return { user: user.value, link: link.value };
}
