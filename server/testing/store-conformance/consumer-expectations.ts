import { expect } from 'vitest';
import { dayDocument } from '../../events/documents.ts';
import { listEvents } from '../../events/list-events.ts';
import { countSignIns as countAll, dayOf, isSignIn, NO_SIGN_INS } from '../../events/statistics/day-counters.ts';
import type { AccountEvent } from '../../kernel/event.ts';
import type { ResourceId } from '../../kernel/ids.ts';
import { verifyAuditExport } from '../../platform/jose/audit-statements.ts';
import { operatorContext } from '../as-operator.ts';
import { eventsIn, linesOfExport, type StreamPorts } from '../event-stream.ts';
import { unwrap } from '../fixtures.ts';
import { accountId, resourceId } from '../samples.ts';
import { START } from '../test-ports.ts';

/** Those of `sampleEvent`. */
export const ACCOUNTS = [1, 2, 3].map(accountId);

/** Every event of the streams is in its account's chain, in the export and in the list, once, and all is signed. */
export async function expectSealedOnce(ports: StreamPorts, appended: readonly AccountEvent[]): Promise<void> {
  const inStreams = await everythingIn(ports);
  expect(inStreams).toHaveLength(appended.length);
  for (const account of ACCOUNTS) {
    const lines = await linesOfExport(ports, account);
    const report = await verifyAuditExport(lines, ports.signer.publicKeys(), { account });
    expect(report.findings).toEqual([]);
    const sealed = eventsIn(lines);
    const expected = inStreams.filter(({ event }) => event.account === account);
    expect(sealed.sort(byId)).toEqual(expected.sort(byId));

    const listed = [];
    for (let after: string | undefined; ; ) {
      const page = unwrap(await listEvents(ports, operatorContext(account).actor, {}, { after, limit: 50 }));
      listed.push(...page.items.map(({ id, event }) => ({ id, event })));
      if (page.next === null) break;
      after = page.next;
    }
    expect(listed.map(({ event }) => event.at)).toEqual(listed.map(({ event }) => event.at).sort((a, b) => b - a));
    expect(listed.sort(byId)).toEqual(expected);
  }
}

/** The counters equal those of counting all these at once. */
export async function expectCounted(ports: StreamPorts, appended: readonly AccountEvent[]): Promise<void> {
  const resources: (ResourceId | undefined)[] = [resourceId(0), resourceId(1), undefined];
  const days = [0, 1, 2, 3].map((day) => dayOf(START + day * 86_400_000));
  for (const account of ACCOUNTS) {
    for (const resource of resources) {
      for (const day of days) {
        const expected = countAll(
          NO_SIGN_INS,
          appended.filter(
            (event) =>
              event.account === account &&
              isSignIn(event) &&
              dayOf(event.at) === day &&
              (resource === undefined || event.resource === resource),
          ),
        );
        const [stored] = await ports.store.getMany([dayDocument.key(account, resource, day)], START);
        expect(comparable(stored?.value ?? NO_SIGN_INS)).toEqual(comparable(expected));
      }
    }
  }
}

function comparable({ users, ...counts }: typeof NO_SIGN_INS) {
  return { ...counts, users: 'ids' in users ? [...users.ids].sort((a, b) => a - b) : users };
}

export async function everythingIn({ store }: StreamPorts): Promise<{ id: string; event: AccountEvent }[]> {
  const all = [];
  for (let partition = 0; partition < store.partitions; partition++) {
    for (let after = 0; ; ) {
      const events = await store.readEvents(partition, after, 1000);
      for (const { sequence, event } of events) {
        all.push({ id: `${partition}-${sequence}`, event: event as unknown as AccountEvent });
        after = sequence;
      }
      if (events.length < 1000) break;
    }
  }
  return all;
}

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : Number(a.id > b.id);
}
