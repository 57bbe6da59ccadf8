import type { StartedFlow } from '@countersign/protocol/flow';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ReportedTraits } from '../../browsers/device-fingerprint/browser-signals.ts';
import type { ResourceId } from '../../kernel/ids.ts';
import type { ClientInfo } from '../../kernel/request-context.ts';
import { type Result, refusal } from '../../kernel/result.ts';
import { resourceDocument } from '../../resources/documents.ts';
import { admitSignInStart } from './admit-start.ts';
import { startPlainFlow } from './start-flow.ts';
import type { StartFlowNeeds } from './start-flow-input.ts';

/**
 * Starts the sign-in of the hosted page that leads to self-service. It has no embedding site, and no site gets a
 * result.
 */
export async function startSelfFlow(
  ports: StartFlowNeeds,
  { resource: id, traits, client }: { resource: ResourceId; traits?: ReportedTraits; client: ClientInfo },
): Promise<Result<StartedFlow>> {
  const refused = await admitSignInStart(ports, client);
  if (refused) return refused;
  const [stored] = await ports.store.getMany([resourceDocument.key(id)], ports.clock.now());
  if (!stored) return refusal('RESOURCE_NOT_FOUND');
  const { value: resource } = stored;
  client.onAccount?.(resource.account);
  if (!resource.selfService || resource.testMode) return refusal('SELF_SERVICE_OFF');
  return startPlainFlow(ports, resource, {
    resource: id,
    nonce: `self-service-of.${id}`,
    origin: ports.issuer,
    purpose: 'self',
    ...omitUndefined({ traits }),
    client,
  });
}
