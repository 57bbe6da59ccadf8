import type { ResourceId } from '../kernel/ids.ts';
import { runExclusive } from '../kernel/keyed-queue.ts';
import { normaliseName } from '../kernel/names.ts';
import { mayCreateResource } from '../kernel/policy.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { createResource } from '../resources/create-resource.ts';
import type { Resource } from '../resources/resource.ts';
import type { ResourceSettings } from '../resources/resource-settings.ts';
import type { NewId } from '../store/records/create-object.ts';
import { findResource } from './find-named.ts';

/**
 * Creates a resource unless one has its name: clients of the dialect repeat a creation whose response was lost, and
 * read the refusal as "it exists". Nothing else requires unique names, so two servers may create one each at the same
 * time.
 */
export async function addResource(
  ports: WritePorts,
  act: RequestContext,
  newId: NewId<ResourceId>,
  settings: ResourceSettings,
): Promise<Result<{ resource: Resource }>> {
  // Checked before the name is looked up: a caller without the right learns no names.
  if (!mayCreateResource(act.actor)) return refusal('FORBIDDEN');
  const { name } = settings;
  return runExclusive(ports.store, `resource-name/${act.actor.account}/${normaliseName(name)}`, async () => {
    const found = await findResource(ports, act, { name });
    const isFree = isRefusal(found) && found.refused === 'RESOURCE_NOT_FOUND';
    return isFree
      ? createResource(ports, act, newId, settings)
      : refusal('RESOURCE_NAME_TAKEN', { detail: 'resourceName' });
  });
}
