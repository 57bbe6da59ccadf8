import type { EventBatch, EventConsumer } from '../events/consume-events.ts';
import type { ConsumerName } from '../events/documents.ts';
import { dayOf, isSignIn } from '../events/statistics/day-counters.ts';
import { type AccountId, parseId, type ResourceId, type UserId } from '../kernel/ids.ts';
import { mapConcurrent } from '../kernel/map-concurrent.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import { waitForOwnTurn } from '../kernel/yield-to-event-loop.ts';
import { type Decision, transact } from '../store/transact.ts';
import { lastSignInsDocument, userDocument } from '../users/documents.ts';
import { laterSignIns, type SignInDays } from '../users/last-sign-ins.ts';

const USERS_READ_AT_ONCE = 200;
/** Their commits share the store's flushes. */
const CONCURRENT_COMMITS = 8;

interface SignIns {
  user: UserId;
  account: AccountId;
  days: SignInDays;
}

/**
 * Keeps the day of each user's last sign-in to each resource, from the events: a sign-in writes nothing for it. A user
 * costs a commit once a day and resource. A day only moves forward, so events may come again.
 */
export function createSignInKeeper(ports: WritePorts): EventConsumer {
  return {
    name: 'last-sign-ins' satisfies ConsumerName,
    async take(batch) {
      const all = signInsOf(batch);
      for (let at = 0; at < all.length; at += USERS_READ_AT_ONCE) {
        await waitForOwnTurn();
        const some = all.slice(at, at + USERS_READ_AT_ONCE);
        const known = await ports.store.getMany(
          some.map(({ user }) => lastSignInsDocument.key(user)),
          ports.clock.now(),
        );
        const later = some.filter(({ days }, nr) => laterSignIns(known[nr]?.value.days ?? {}, days));
        await mapConcurrent(later, CONCURRENT_COMMITS, (one) => keep(ports, one));
      }
    },
  };
}

function signInsOf({ byAccount }: EventBatch): SignIns[] {
  const all: SignIns[] = [];
  for (const [account, records] of byAccount) {
    const byUser = new Map<UserId, Map<ResourceId, number>>();
    for (const { event } of records) {
      if (!isSignIn(event) || event.outcome !== 'granted' || !event.resource) continue;
      const user = parseId('usr', event.subject);
      if (user === undefined) continue;
      const last = byUser.get(user) ?? new Map<ResourceId, number>();
      // The events of an account come in time.
      byUser.set(user, last.set(event.resource, event.at));
    }
    for (const [user, last] of byUser) {
      const days = Object.fromEntries(Array.from(last, ([resource, at]) => [resource, dayOf(at)] as const));
      all.push({ user, account, days });
    }
  }
  return all;
}

/** Together with the user, so that nothing stays of a user who was deleted meanwhile. */
async function keep(ports: WritePorts, { user, account, days }: SignIns): Promise<void> {
  const keys = [userDocument.key(user), lastSignInsDocument.key(user)] as const;
  await transact(ports, user, keys, ([owner, last]): Decision<undefined> => {
    const later = laterSignIns(last?.value.days ?? {}, days);
    if (owner?.value.account !== account || !later) return { answer: undefined };
    return { answer: undefined, write: { put: [{ key: keys[1], value: { account, days: later } }] } };
  });
}
