import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY_MS, HOUR_MS } from '../kernel/time.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { sealEvents } from '../testing/consuming.ts';
import { append, type StreamPorts, sampleEvent, streamPortsOver } from '../testing/event-stream.ts';
import { unwrap } from '../testing/fixtures.ts';
import { accountId, resourceId, tokenId, userId } from '../testing/samples.ts';
import { openTemporaryArchive } from '../testing/temporary-archive.ts';
import { openTemporaryStore } from '../testing/temporary-store.ts';
import { START } from '../testing/test-ports.ts';
import { archiveFiles } from './archive-files.ts';
import { archiveSegments } from './archive-segments.ts';
import { archiveIndexes, auditChainDocument, eventIndexes, segmentDocument } from './documents.ts';
import { dropOldSegments } from './drop-old-segments.ts';
import { listEvents } from './list-events.ts';
import { indexedIds } from './log/indexed-ids.ts';
import type { Segment } from './log/segment.ts';

const ACCOUNT = accountId(1);
const IDS = [undefined, resourceId(0), resourceId(1), userId(1), tokenId(3)] as const;

/** The segments of the account after this one that are in the store, whatever the index says. */
async function readSegments({ store, clock }: StreamPorts, after: number): Promise<Segment[]> {
  const [chain] = await store.getMany([auditChainDocument.key(ACCOUNT)], clock.now());
  const numbers = Array.from({ length: (chain?.value.number ?? 0) - after }, (_, at) => after + at + 1);
  const stored = await store.getMany(
    numbers.map((number) => segmentDocument.key(ACCOUNT, number)),
    clock.now(),
  );
  return stored.flatMap((one) => one?.value ?? []);
}

async function listAll(ports: StreamPorts, about: string | undefined, limit: number): Promise<string[]> {
  const listed: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = unwrap(await listEvents(ports, operatorContext(ACCOUNT).actor, { about }, { after, limit }));
    listed.push(...page.items.map(({ id }) => id));
    if (page.next === null) return listed;
    after = page.next;
  }
}

const instant = fc.integer({ min: 0, max: 6000 });
const wave = fc.record({
  times: fc.array(instant, { minLength: 1, maxLength: 40 }),
  /** Hours by which the clock of its server is wrong. */
  skew: fc.constantFrom(0, 0, 0, 1, -30, 9000),
  isArchived: fc.boolean(),
});

test('pages show every event once and in time, over store and archive, also if segments overlap', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(wave, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 9 }),
      async (waves, limit) => {
        const { store, remove } = await openTemporaryStore();
        const archive = await openTemporaryArchive();
        try {
          const ports = await streamPortsOver(store, 'list', archive);
          let made = 0;
          const segments: Segment[] = [];
          for (const { times, skew, isArchived } of waves) {
            const events = times.map((at) => ({
              ...sampleEvent(made++),
              account: ACCOUNT,
              at: START + skew * HOUR_MS + at,
            }));
            await append(ports, 'thing', events);
            await sealEvents(ports);
            segments.push(...(await readSegments(ports, segments.length)));
            if (!isArchived) continue;
            ports.clock.advance(DAY_MS);
            expect(await archiveSegments(ports, archive)).toBeGreaterThan(0);
          }
          const placed = segments
            .flatMap(({ number, records }) => records.map((record, position) => ({ ...record, number, position })))
            .sort((a, b) => b.event.at - a.event.at || b.number - a.number || b.position - a.position);
          for (const id of IDS) {
            const expected = placed.filter(({ event }) => id === undefined || indexedIds(event).includes(id));
            expect(await listAll(ports, id, limit)).toEqual(expected.map((record) => record.id));
          }
          ports.clock.advance(9000 * HOUR_MS);
          await dropOldSegments(ports, { keptMs: 1, mostEvents: 1 });
          for await (const file of archiveFiles(ports, ACCOUNT, 1)) throw new Error(`${file.first} is left`);
          expect(await store.range(archiveIndexes.byTime(ACCOUNT), { limit: 10 })).toEqual([]);
          for (const id of IDS) {
            const index = id === undefined ? eventIndexes.all(ACCOUNT) : eventIndexes.about(ACCOUNT, id);
            expect(await ports.store.range(index, { limit: 10 })).toEqual([]);
          }
        } finally {
          await remove();
          await archive.delete();
        }
      },
    ),
    { numRuns: 15 },
  );
});

test('a sign-in costs one entry for its user and one for its token, and shares the others', async () => {
  const { store, remove } = await openTemporaryStore();
  const ports = await streamPortsOver(store, 'entries');
  const events = Array.from({ length: 50 }, (_, at) => ({
    ...sampleEvent(2),
    account: ACCOUNT,
    at: START + at,
    actor: { kind: 'operator' } as const,
    subject: userId(at),
    related: [tokenId(at)],
  }));
  await append(ports, 'thing', events);
  await sealEvents(ports);
  const sealed = ports.store.commits.find(({ change }) => change.anchor === `audit/${ACCOUNT}`);
  // The account, the resource and the type, and the account among those that the sealer knows.
  expect(sealed?.change.index).toHaveLength(2 * 50 + 4);
  await remove();
});
