import { visibleResources } from '../../domain/authority.ts';
import type { Resource } from '../../domain/resource.ts';
import type { Ports } from '../../ports/index.ts';
import { indexes } from '../../ports/indexes.ts';
import type { Act } from '../act.ts';
import { listResources } from '../objects/list-named.ts';
import { countEntries, listPart, type Part } from '../objects/list-part.ts';
import { readGranted } from '../resources/list-granted.ts';
import { isRefusal, type Verdict } from '../verdict.ts';

type Needs = Pick<Ports, 'store' | 'clock'>;

/** Part of the resources that the administrator sees, the newest first. */
export async function listResourcePart(ports: Needs, act: Act, part: Part): Promise<Verdict<{ items: Resource[] }>> {
  const visible = visibleResources(act.actor);
  if (!visible) {
    const index = indexes.resources(act.actor.account);
    return listPart(ports, index, part, (query) => listResources(ports, act, query));
  }
  const all = await listResources(ports, act, { limit: Math.max(visible.size, 1) });
  return isRefusal(all) ? all : { items: all.items.slice(part.start, part.start + part.limit) };
}

/** How many resources the administrator sees. */
export async function countResources(ports: Needs, { actor }: Act): Promise<number> {
  const visible = visibleResources(actor);
  if (!visible) return countEntries(ports, indexes.resources(actor.account));
  return (await readGranted(ports, actor.account, visible)).length;
}
