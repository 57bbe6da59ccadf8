import type { ResourceId } from '../kernel/ids.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result } from '../kernel/result.ts';
import { listResources } from '../resources/list-resources.ts';
import type { Page } from '../store/records/list-objects.ts';
import { dayDocument } from './documents.ts';
import { parseRequestedDays, type RequestedDays } from './requested-days.ts';

export interface ResourceStatistics {
  resource: ResourceId;
  name: string;
  granted: number;
  /** Refused attempts by reason. */
  refused: Readonly<Record<string, number>>;
}

/** Maximum days per response with a page of resources; it bounds the counters read. */
export const MAX_DAYS_BY_RESOURCE = 92;
export const MAX_LISTED_RESOURCES = 50;

/** Sign-ins of a range of days by resource, one page of resources by name. */
export async function readResourceStatistics(
  ports: ReadPorts,
  act: RequestContext,
  { after, limit, ...asked }: RequestedDays & { after?: string | undefined; limit: number },
): Promise<Result<Page<ResourceStatistics>>> {
  const now = ports.clock.now();
  const span = parseRequestedDays(asked, now, MAX_DAYS_BY_RESOURCE);
  if (isRefusal(span)) return span;
  const page = await listResources(ports, act, { after, limit, sort: 'name' });
  if (isRefusal(page)) return page;
  const items = await Promise.all(
    page.items.map(async ({ account, id, name }) => {
      const keys = span.days.map((day) => dayDocument.key(account, id, day));
      const refused = new Map<string, number>();
      let granted = 0;
      for (const stored of await ports.store.getMany(keys, now)) {
        granted += stored?.value.granted ?? 0;
        for (const [reason, count] of Object.entries(stored?.value.refused ?? {})) {
          refused.set(reason, (refused.get(reason) ?? 0) + count);
        }
      }
      return { resource: id, name, granted, refused: Object.fromEntries(refused) };
    }),
  );
  return { items, next: page.next };
}
