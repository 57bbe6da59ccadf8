import { createWithinQuota } from '../accounts/quotas.ts';
import { referenceTo } from '../kernel/actor.ts';
import type { ResourceId } from '../kernel/ids.ts';
import { mayCreateResource } from '../kernel/policy.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import type { NewId } from '../store/records/create-object.ts';
import { resourceDocument } from './documents.ts';
import { attachFilters } from './filters/attach-filters.ts';
import type { Resource } from './resource.ts';
import { checkSettings, type ResourceSettings, refuseContradiction } from './resource-settings.ts';

export async function createResource(
  ports: WritePorts,
  act: RequestContext,
  birth: NewId<ResourceId>,
  settings: ResourceSettings,
): Promise<Result<{ resource: Resource }>> {
  if (!mayCreateResource(act.actor)) return refusal('FORBIDDEN');
  const { account } = act.actor;
  const checked = checkSettings(settings);
  if (isRefusal(checked)) return checked;
  const contradiction = refuseContradiction(checked.settings);
  if (contradiction) return contradiction;
  const { id } = birth;
  const unattached = await attachFilters(ports, account, id, checked.settings);
  if (unattached) return unattached;
  const createdBy = referenceTo(act.actor);
  const resource: Resource = { ...checked.settings, id, account, createdAt: ports.clock.now(), createdBy };
  const key = resourceDocument.key(id);
  const made = await createWithinQuota(ports, act, 'resources', 'resource.created', birth, key, resource);
  return isRefusal(made) ? made : { resource: made.created };
}
