import type { FlowBegun } from '@countersign/protocol/flow';
import { refusal, type Verdict } from '../kernel/result.ts';
import { redirectAllowed } from '../resources/redirect-uris.ts';
import { documents } from '../store/keys.ts';
import { admitBeginning, SIGN_IN_BEGINNINGS } from './admit-start.ts';
import { parseLoginRequest } from './flow-handle.ts';
import type { BeginFlowNeeds, FlowBeginning } from './start-flow-input.ts';
import { beginRequestedFlow } from './start-requested-flow.ts';

/**
 * Begins a sign-in on our own page, for a site whose backend has sent the person there. Nothing that the browser says
 * counts but the request's secret: resource, nonce and the address to go back to are what the backend asked for, and the
 * result's origin is that of the address.
 */
export async function beginRedirectedFlow(
  ports: BeginFlowNeeds,
  { loginRequest, ...browser }: Pick<FlowBeginning, 'traits' | 'whence'> & { loginRequest: string },
): Promise<Verdict<FlowBegun>> {
  const refused = await admitBeginning(ports, browser.whence, SIGN_IN_BEGINNINGS);
  if (refused) return refused;
  const given = parseLoginRequest(loginRequest);
  if (!given) return refusal('LOGIN_REQUEST_INVALID');
  const now = ports.clock.now();
  const [asked] = await ports.store.getMany([documents.loginRequest(given.id)], now);
  const { redirectUri, nonce, resource: id } = asked?.value ?? {};
  if (redirectUri === undefined || nonce === undefined || id === undefined) return refusal('LOGIN_REQUEST_INVALID');
  const [resource] = await ports.store.getMany([documents.resource(id)], now);
  if (!resource) return refusal('LOGIN_REQUEST_INVALID');
  // It may have been taken off the list since.
  if (!redirectAllowed(resource.value, redirectUri)) return refusal('LOGIN_REQUEST_INVALID');
  const { origin } = new URL(redirectUri);
  const beginning = { resource: id, nonce, origin, redirectUri, ...browser };
  return beginRequestedFlow(ports, resource.value, beginning, loginRequest);
}
