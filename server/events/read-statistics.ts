import type { Actor } from '../kernel/actor.ts';
import type { ResourceId } from '../kernel/ids.ts';
import { maySee, maySeeResource, visibleResources } from '../kernel/policy.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { DAY_MS } from '../kernel/time.ts';
import { resourceDocument } from '../resources/documents.ts';
import { dayDocument, statisticsDocument } from './documents.ts';
import { parseRequestedDays, type RequestedDays } from './requested-days.ts';
import { type DayCounters, NO_SIGN_INS, startOfDay, sumCounters } from './statistics/day-counters.ts';
import { countUsers } from './statistics/distinct-users.ts';

export interface DayStatistics extends Omit<DayCounters, 'users'> {
  day: string;
  activeUsers: { count: number; exact: boolean };
  /** False if events of that day may have been lost before they were counted. */
  complete: boolean;
}

/** Maximum days per response. */
export const MAX_DAYS = 366;

/** Sign-ins for every day of the range, to one resource or to all visible ones. */
export async function readStatistics(
  ports: ReadPorts,
  actor: Actor,
  asked: RequestedDays & { resource?: ResourceId | undefined },
): Promise<Result<{ days: DayStatistics[] }>> {
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const { account } = actor;
  const now = ports.clock.now();
  const span = parseRequestedDays(asked, now, MAX_DAYS);
  if (isRefusal(span)) return span;
  const names = span.days;
  const [state] = await ports.store.getMany([statisticsDocument.key(account)], now);
  if (asked.resource !== undefined && !maySeeResource(actor, asked.resource)) return refusal('RESOURCE_NOT_FOUND');
  const counters = await readDays(ports, actor, asked.resource, names);
  if (asked.resource !== undefined && counters.every((day) => day === undefined)) {
    const [resource] = await ports.store.getMany([resourceDocument.key(asked.resource)], now);
    if (resource?.value.account !== account) return refusal('RESOURCE_NOT_FOUND');
  }
  const lost = state?.value.lost ?? [];
  const days = names.map((day, at): DayStatistics => {
    const { users, ...sums } = counters[at] ?? NO_SIGN_INS;
    const start = startOfDay(day) ?? 0;
    const complete = !lost.some((span) => span.from < start + DAY_MS && span.to >= start);
    return { day, ...sums, activeUsers: countUsers(users), complete };
  });
  return { days };
}

/** The counters of each day. Totals over all resources are stored; totals over some are summed here. */
async function readDays(
  { store, clock }: ReadPorts,
  actor: Actor,
  resource: ResourceId | undefined,
  days: readonly string[],
): Promise<(DayCounters | undefined)[]> {
  const visible = resource === undefined ? visibleResources(actor) : undefined;
  let sums: (DayCounters | undefined)[] = days.map(() => undefined);
  // Read one resource at a time: a long range over many resources is read in pieces.
  for (const one of visible ?? [resource]) {
    const stored = await store.getMany(
      days.map((day) => dayDocument.key(actor.account, one, day)),
      clock.now(),
    );
    sums = sums.map((sum, at) => {
      const day = stored[at]?.value;
      return sum && day ? sumCounters([sum, day]) : (sum ?? day);
    });
  }
  return sums;
}
