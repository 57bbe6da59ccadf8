import type { StartedFlow } from '@countersign/protocol/flow';
import { type Result, refusal } from '../../kernel/result.ts';
import { admitSignInStart } from '../start/admit-start.ts';
import { startPlainFlow } from '../start/start-flow.ts';
import type { StartFlowInput, StartFlowNeeds } from '../start/start-flow-input.ts';
import { readAppPage } from './read-app-page.ts';

/**
 * Starts the sign-in that a native app has asked for, on the hosted page.
 *
 * @param query of the page's address, which the app has written
 */
export async function startAppFlow(
  ports: StartFlowNeeds,
  { query, ...browser }: Pick<StartFlowInput, 'traits' | 'client'> & { query: string },
): Promise<Result<StartedFlow>> {
  const refused = await admitSignInStart(ports, browser.client);
  if (refused) return refused;
  const asked = await readAppPage(ports, query);
  // The page has told the developer why.
  if ('problem' in asked) return refusal('LOGIN_REQUEST_INVALID');
  const { resource, nonce, ...app } = asked.request;
  browser.client.onAccount?.(asked.resource.account);
  // The page is the service's own, and no site is around it.
  return startPlainFlow(ports, asked.resource, { resource, nonce, origin: ports.issuer, app, ...browser });
}
