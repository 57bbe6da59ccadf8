import type { AccountEvent } from '../kernel/event.ts';
import type { AccountId, ResourceId } from '../kernel/ids.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import { DAY_MS } from '../kernel/time.ts';
import { consumeByAccount } from './consume-by-account.ts';
import type { EventConsumer } from './consume-events.ts';
import { type ConsumerName, dayDocument, statisticsDocument } from './documents.ts';
import type { AuditRecord } from './log/segment.ts';
import {
  type AccountStatistics,
  countSignIns as count,
  dayOf,
  isSignIn,
  NO_SIGN_INS,
  startOfDay,
} from './statistics/day-counters.ts';

const COUNTER = 'statistics' satisfies ConsumerName;
/** Maximum events per commit: each touches at most two of the account's counters. */
const BATCH_SIZE = 500;
const MAX_LOSSES = 50;

/**
 * Counts sign-ins per resource and UTC day. Counters and cursors are one commit, so each event counts once.
 *
 * @param keptDays days for which the counters of a day are retained
 */
export function createSignInCounter(ports: WritePorts, keptDays: number): EventConsumer {
  const keptMs = keptDays * DAY_MS;
  const { store } = ports;
  return consumeByAccount<AccountStatistics>(ports, {
    name: COUNTER,
    atOnce: BATCH_SIZE,
    state: statisticsDocument.key,
    async derive({ account, state, records, cursors, now }) {
      const groups = groupsOf(account, records);
      // Read after the state: a change to any of these also changes the state's version, so this commit fails.
      const stored = await store.getMany(
        groups.map(({ key }) => key),
        now,
      );
      const put = groups.map(({ key, day, events }, at) => ({
        key,
        value: count(stored[at]?.value ?? NO_SIGN_INS, events),
        expiresAt: (startOfDay(day) ?? now) + DAY_MS + keptMs,
      }));
      return { state: { account, cursors, ...progress(state, records) }, write: { put } };
    },
  });
}

function groupsOf(account: AccountId, records: readonly AuditRecord[]) {
  const groups = new Map<string, { resource: ResourceId | undefined; day: string; events: AccountEvent[] }>();
  // Most events are of one day, and its name is costly.
  let last: { number: number; day: string } | undefined;
  for (const { event } of records) {
    if (!isSignIn(event)) continue;
    const number = Math.floor(event.at / DAY_MS);
    if (last?.number !== number) last = { number, day: dayOf(event.at) };
    const { day } = last;
    for (const resource of [event.resource, undefined]) {
      const name = `${day}/${resource ?? ''}`;
      const group = groups.get(name);
      if (group) group.events.push(event);
      else groups.set(name, { resource, day, events: [event] });
    }
  }
  return [...groups.values()].map(({ resource, day, events }) => ({
    key: dayDocument.key(account, resource, day),
    day,
    events,
  }));
}

/** Lost events were appended between the last counted event and now. */
function progress(
  state: AccountStatistics | undefined,
  records: readonly AuditRecord[],
): Pick<AccountStatistics, 'countedTo' | 'lost'> {
  let { countedTo, lost } = state ?? { countedTo: 0, lost: [] };
  for (const { event } of records) {
    if (event.lost) lost = [...lost, { from: Math.min(countedTo, event.at), to: event.at }];
    else countedTo = Math.max(countedTo, event.at);
  }
  return { countedTo, lost: lost.slice(-MAX_LOSSES) };
}
