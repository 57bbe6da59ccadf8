import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { widgetMethod } from '../../authentication/decide-factors.ts';
import { hasFirstFactor } from '../../authentication/first-factor.ts';
import { acceptedKindsFrom, factorStates, secondFactorTokens } from '../../authentication/second-factor.ts';
import { type Demand, requiredFactors } from '../../authentication/step-up.ts';
import type { FlowId, ResourceId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { RequestContext } from '../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../kernel/result.ts';
import { resourceDocument } from '../../resources/documents.ts';
import { redirectAllowed } from '../../resources/redirect-uris.ts';
import type { Resource } from '../../resources/resource.ts';
import type { NewId } from '../../store/records/create-object.ts';
import { loadAssignedTokens } from '../../tokens/load-assigned-tokens.ts';
import { assignmentTo, isAssigned } from '../../users/assignments.ts';
import { findUser } from '../../users/find-user.ts';
import type { User } from '../../users/user.ts';
import { LOGIN_REQUEST_LIFETIME_MS } from '../flow.ts';
import { storeLoginRequest } from './login-request.ts';

/**
 * A host with its own passwords asks for the second factor of one user, or any host asks for a sign-in on the hosted
 * page: single use, 120 s to start, limited attempts. Whether the user may sign in is decided when the widget starts,
 * and again at every step.
 */
export async function createLoginRequest(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>,
  act: RequestContext,
  birth: NewId<FlowId>,
  input: {
    resource: ResourceId;
    /** Absent: the user identifies themselves on the hosted page. */
    user?: string;
    nonce: string;
    passwordChecked: boolean;
    /** Instead of the second factor alone: the required level of the result. */
    demand?: Demand | undefined;
    /** With a demand: an earlier result of this user, whose factors need not be shown again. */
    previous?: FlowId | undefined;
    /** For the hosted page; one of the resource's. */
    redirectUri?: string;
  },
): Promise<Result<{ loginRequest: string; expiresAt: number }>> {
  const { account } = act.actor;
  const now = ports.clock.now();
  const [resource] = await ports.store.getMany([resourceDocument.key(input.resource)], now);
  if (resource?.value.account !== account) return refusal('RESOURCE_NOT_FOUND');
  const { redirectUri } = input;
  if (redirectUri !== undefined && !redirectAllowed(resource.value, redirectUri)) {
    return refusal('REDIRECT_URI_NOT_ALLOWED');
  }
  // A test resource involves no user, so none can be named.
  if (input.user !== undefined && resource.value.testMode !== undefined) return refusal('TEST_RESOURCE');
  const user = input.user === undefined ? undefined : await findUser(ports, account, input.user);
  if (input.user !== undefined && !user) return refusal('USER_NOT_FOUND');

  const { demand, previous } = input;
  if (demand && (input.passwordChecked || !user)) {
    // The level counts only factors that are verified here, so a password checked by the site would promise more than
    // the result proves.
    return refusal('INPUT_INVALID', {
      detail: 'acr, maxAgeMs and previous go with a user, and not with passwordChecked',
    });
  }
  if (demand && user && (await isOutOfReach(ports, user, resource.value, demand))) return refusal('LEVEL_UNREACHABLE');

  const kept = await storeLoginRequest(ports, act, birth, 'login-request.created', {
    resource: input.resource,
    nonce: input.nonce,
    ...omitUndefined({ user: user?.id, credentialEpoch: user?.credentialEpoch, redirectUri }),
    hostCheckedPassword: input.passwordChecked,
    ...(demand && { demand, ...omitUndefined({ previous }) }),
    expiresAt: now + LOGIN_REQUEST_LIFETIME_MS,
  });
  return isRefusal(kept) ? kept : { loginRequest: kept.loginRequest, expiresAt: kept.request.expiresAt };
}

/**
 * Whether the user lacks the factors of the level. Checked before the sign-in starts; the widget reports every other
 * obstacle.
 */
async function isOutOfReach(
  ports: Pick<Ports, 'store' | 'clock'>,
  known: User,
  resource: Resource,
  { acr }: Demand,
): Promise<boolean> {
  const { user, tokens } = await loadAssignedTokens(ports, known, resource.id);
  const values = tokens.map(({ value }) => value);
  if (!user || !isAssigned(assignmentTo(user, resource.id), values)) return false;
  const counted = secondFactorTokens(resource, values);
  const states = factorStates(counted, acceptedKindsFrom(user, resource), ports.clock.now());
  const beyond = { level: acr, hasFirstFactor: hasFirstFactor(resource, user) };
  const required = requiredFactors(widgetMethod(resource.methodPolicy, states), states, beyond);
  return required.kind === 'deny' && required.reason === 'level';
}
