import type { StartedFlow } from '@countersign/protocol/flow';
import { type Result, refusal } from '../../kernel/result.ts';
import { resourceDocument } from '../../resources/documents.ts';
import { redirectAllowed } from '../../resources/redirect-uris.ts';
import { loginRequestDocument } from '../documents.ts';
import { parseLoginRequest } from '../stored-flow.ts';
import { admitSignInStart } from './admit-start.ts';
import type { StartFlowInput, StartFlowNeeds } from './start-flow-input.ts';
import { startRequestedFlow } from './start-requested-flow.ts';

/**
 * Starts a sign-in on the hosted page, for a site whose backend has sent the user there. Of the browser's input only
 * the request's secret counts: resource, nonce and redirect address are those of the backend's request, and the
 * result's origin is that of the address.
 */
export async function startRedirectedFlow(
  ports: StartFlowNeeds,
  { loginRequest, ...browser }: Pick<StartFlowInput, 'traits' | 'client'> & { loginRequest: string },
): Promise<Result<StartedFlow>> {
  const refused = await admitSignInStart(ports, browser.client);
  if (refused) return refused;
  const given = parseLoginRequest(loginRequest);
  if (!given) return refusal('LOGIN_REQUEST_INVALID');
  const now = ports.clock.now();
  const [asked] = await ports.store.getMany([loginRequestDocument.key(given.id)], now);
  const { redirectUri, nonce, resource: id } = asked?.value ?? {};
  if (redirectUri === undefined || nonce === undefined || id === undefined) return refusal('LOGIN_REQUEST_INVALID');
  const [resource] = await ports.store.getMany([resourceDocument.key(id)], now);
  if (!resource) return refusal('LOGIN_REQUEST_INVALID');
  browser.client.onAccount?.(resource.value.account);
  // It may have been removed from the list since.
  if (!redirectAllowed(resource.value, redirectUri)) return refusal('LOGIN_REQUEST_INVALID');
  const { origin } = new URL(redirectUri);
  const beginning = { resource: id, nonce, origin, redirectUri, ...browser };
  return startRequestedFlow(ports, resource.value, beginning, loginRequest);
}
