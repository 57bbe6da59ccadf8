import type { ResourceId } from '../../domain/ids.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import type { Act } from '../act.ts';
import { listResources } from '../objects/list-named.ts';
import type { Page } from '../objects/list-objects.ts';
import { isRefusal, type Verdict } from '../verdict.ts';
import { type AskedDays, askedDays } from './asked-days.ts';

export interface ResourceStatistics {
  resource: ResourceId;
  name: string;
  granted: number;
  /** Refused attempts by their reason. */
  refused: Readonly<Record<string, number>>;
}

/** Most days of one answer, and most resources of a page: so many counters are read for it. */
export const MOST_DAYS_BY_RESOURCE = 92;
export const MOST_RESOURCES = 50;

/** Sign-ins of a span of days by resource, a page of resources by name at a time. */
export async function readResourceStatistics(
  ports: Pick<Ports, 'store' | 'clock'>,
  act: Act,
  { after, limit, ...asked }: AskedDays & { after?: string | undefined; limit: number },
): Promise<Verdict<Page<ResourceStatistics>>> {
  const now = ports.clock.now();
  const span = askedDays(asked, now, MOST_DAYS_BY_RESOURCE);
  if (isRefusal(span)) return span;
  const page = await listResources(ports, act, { after, limit, sort: 'name' });
  if (isRefusal(page)) return page;
  const items = await Promise.all(
    page.items.map(async ({ account, id, name }) => {
      const keys = span.days.map((day) => documents.signInsOfDay(account, id, day));
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
