import { visibleResources } from '../kernel/policy.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result } from '../kernel/result.ts';
import { resourceIndexes } from '../resources/documents.ts';
import { readGranted } from '../resources/list-granted.ts';
import { listResources } from '../resources/list-resources.ts';
import type { Resource } from '../resources/resource.ts';
import { countEntries, listOffsetPage, type OffsetPage } from '../store/records/offset-page.ts';

/** A part of the resources that the administrator sees, newest first. */
export async function listResourcePart(
  ports: ReadPorts,
  act: RequestContext,
  part: OffsetPage,
): Promise<Result<{ items: Resource[] }>> {
  const visible = visibleResources(act.actor);
  if (!visible) {
    const index = resourceIndexes.created(act.actor.account);
    return listOffsetPage(ports, index, part, (query) => listResources(ports, act, query));
  }
  const all = await listResources(ports, act, { limit: Math.max(visible.size, 1) });
  return isRefusal(all) ? all : { items: all.items.slice(part.start, part.start + part.limit) };
}

/** The number of resources that the administrator sees. */
export async function countResources(ports: ReadPorts, { actor }: RequestContext): Promise<number> {
  const visible = visibleResources(actor);
  if (!visible) return countEntries(ports, resourceIndexes.created(actor.account));
  return (await readGranted(ports, actor.account, visible)).length;
}
