import { referenceTo } from '../../domain/actor.ts';
import { mayCreateResource } from '../../domain/authority.ts';
import type { ResourceId } from '../../domain/ids.ts';
import type { Resource } from '../../domain/resource.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import { indexes } from '../../ports/indexes.ts';
import type { Act } from '../act.ts';
import { attachFilters } from '../filters/attach-filters.ts';
import { type Birth, createObject } from '../objects/create-object.ts';
import { isRefusal, refusal, type Verdict } from '../verdict.ts';
import { checkSettings, type ResourceSettings } from './resource-settings.ts';

export async function createResource(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  act: Act,
  birth: Birth<ResourceId>,
  settings: ResourceSettings,
): Promise<Verdict<{ resource: Resource }>> {
  if (!mayCreateResource(act.actor)) return refusal('FORBIDDEN');
  const { account } = act.actor;
  const checked = checkSettings(settings);
  if (isRefusal(checked)) return checked;
  const { id } = birth;
  const unattached = await attachFilters(ports, account, id, checked.settings);
  if (unattached) return unattached;
  const createdBy = referenceTo(act.actor);
  const resource: Resource = { ...checked.settings, id, account, createdAt: ports.clock.now(), createdBy };
  const key = documents.resource(id);
  const made = await createObject(
    ports,
    act,
    'resource.created',
    birth,
    key,
    indexes.resources(account),
    resource,
    'resources',
  );
  return isRefusal(made) ? made : { resource: made.created };
}
