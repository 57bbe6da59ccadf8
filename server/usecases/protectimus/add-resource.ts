import { mayCreateResource } from '../../domain/authority.ts';
import type { ResourceId } from '../../domain/ids.ts';
import { normaliseName } from '../../domain/names.ts';
import type { Resource } from '../../domain/resource.ts';
import type { Ports } from '../../ports/index.ts';
import type { Act } from '../act.ts';
import { inTurn } from '../in-turn.ts';
import type { Birth } from '../objects/create-object.ts';
import { createResource } from '../resources/create-resource.ts';
import type { ResourceSettings } from '../resources/resource-settings.ts';
import { isRefusal, refusal, type Verdict } from '../verdict.ts';
import { findResource } from './find-named.ts';

/**
 * Creates a resource unless one has its name: clients of the dialect repeat a creation whose answer got lost, and read the
 * refusal as "it is there". Nothing else needs names to be unique, so two servers that are asked at once may both create one.
 */
export async function addResource(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  act: Act,
  birth: Birth<ResourceId>,
  settings: ResourceSettings,
): Promise<Verdict<{ resource: Resource }>> {
  // Before the name is looked up: who may not create learns no names.
  if (!mayCreateResource(act.actor)) return refusal('FORBIDDEN');
  const { name } = settings;
  return inTurn(ports.store, `resource-name/${act.actor.account}/${normaliseName(name)}`, async () => {
    const found = await findResource(ports, act, { name });
    const isFree = isRefusal(found) && found.refused === 'RESOURCE_NOT_FOUND';
    return isFree ? createResource(ports, act, birth, settings) : refusal('NAME_TAKEN', { detail: 'resourceName' });
  });
}
