import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AccountEvent } from '../kernel/event.ts';
import { ArchiveUnavailable } from '../kernel/ports/audit-archive.ts';
import { DAY_MS } from '../kernel/time.ts';
import { operatorContext } from '../testing/as-operator.ts';
import { sealEvents } from '../testing/consuming.ts';
import { append, type StreamPorts, sampleEvent, streamPortsOver } from '../testing/event-stream.ts';
import { unwrap } from '../testing/fixtures.ts';
import { accountId, resourceId, tokenId, userId } from '../testing/samples.ts';
import { openTemporaryArchive, type TemporaryArchive } from '../testing/temporary-archive.ts';
import { openTemporaryStore } from '../testing/temporary-store.ts';
import { archiveSegments } from './archive-segments.ts';
import { type EventFilter, listEvents, matchesFilter } from './list-events.ts';
import { listSealedEvents } from './list-sealed-events.ts';

const ACCOUNT = accountId(1);
const { actor } = operatorContext(ACCOUNT);

let archive: TemporaryArchive;
let ports: StreamPorts;
let removals: (() => Promise<void>)[];
beforeEach(async () => {
  const { store, remove } = await openTemporaryStore();
  archive = await openTemporaryArchive();
  removals = [remove, archive.delete];
  ports = await streamPortsOver(store, 'search', archive);
});
afterEach(async () => {
  for (const remove of removals) await remove();
});

async function pagesOf(filter: EventFilter, limit: number): Promise<string[][]> {
  const pages: string[][] = [];
  for (let after: string | undefined; ; ) {
    const page = unwrap(await listEvents(ports, actor, filter, { after, limit }));
    pages.push(page.items.map(({ id }) => id));
    if (page.next === null) return pages;
    after = page.next;
  }
}

/** A day of sign-ins, one event a second, of which `rare` is another one. */
async function addDay(count: number, rare: (number: number) => Partial<AccountEvent> | undefined): Promise<void> {
  const from = ports.clock.now();
  const events = Array.from({ length: count }, (_, number): AccountEvent => {
    const usual = { ...sampleEvent(2), subject: userId(number % 5), resource: resourceId(0) };
    return { ...usual, ...rare(number), account: ACCOUNT, at: from + 1000 * number } as AccountEvent;
  });
  for (let at = 0; at < events.length; at += 200) await append(ports, 'thing', events.slice(at, at + 200));
  await sealEvents(ports);
  ports.clock.advance(DAY_MS);
}

const filterOf = fc.record(
  {
    about: fc.constantFrom(userId(1), tokenId(2), resourceId(1), '=authentication', 'authentication'),
    type: fc.constantFrom('authentication' as const, 'user.updated' as const, 'user.created' as const),
    outcome: fc.constantFrom('granted' as const, 'refused' as const, 'done' as const),
    reason: fc.constantFrom('OTP_WRONG' as const, 'FILTER_DENIED' as const, 'PLAN_INACTIVE' as const),
    subject: fc.constantFrom(userId(1), userId(4), userId(9)),
    actor: fc.constantFrom(userId(1), userId(3)),
    resource: fc.constantFrom(resourceId(0), resourceId(1)),
  },
  { requiredKeys: [] },
);

test('any filter finds what a comparison with each event finds, in full pages, over store and archive', async () => {
  const appended: AccountEvent[] = [];
  for (const day of [0, 1, 2]) {
    const events = Array.from({ length: 150 }, (_, at) => ({
      ...sampleEvent(3 * at + day),
      account: ACCOUNT,
      at: ports.clock.now() + 700 * at,
    }));
    appended.push(...events);
    await append(ports, 'thing', events);
    await sealEvents(ports);
    ports.clock.advance(DAY_MS);
    if (day < 2) await archiveSegments(ports, archive);
  }
  await fc.assert(
    fc.asyncProperty(filterOf, fc.integer({ min: 1, max: 60 }), async (filter, limit) => {
      const pages = await pagesOf(filter, limit);
      expect(pages.flat()).toHaveLength(appended.filter((event) => matchesFilter(event, filter, ACCOUNT)).length);
      expect(new Set(pages.flat()).size).toBe(pages.flat().length);
      for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit);
    }),
    { numRuns: 120 },
  );
});

test('one rare event among thousands is found with a few reads, in the store and in the archive', async () => {
  await addDay(3000, (number) => (number === 7 ? { type: 'user.created', outcome: 'done' } : undefined));
  const searches: [EventFilter, number][] = [
    [{ type: 'user.created' }, 1],
    [{ type: 'user.created', resource: resourceId(0) }, 1],
    [{ type: 'user.created', subject: userId(2) }, 1],
    [{ type: 'user.deleted' }, 0],
    [{ outcome: 'refused' }, 0],
    [{ reason: 'OTP_WRONG', type: 'authentication' }, 0],
    [{ subject: userId(77), type: 'authentication' }, 0],
  ];
  const costOf = async (filter: EventFilter, count: number) => {
    ports.store.reads = 0;
    let gets = 0;
    archive.intercept = () => {
      gets += 1;
    };
    const page = unwrap(await listEvents(ports, actor, filter, { limit: 20 }));
    archive.intercept = undefined;
    expect(page).toMatchObject({ next: null });
    expect(page.items).toHaveLength(count);
    return { reads: ports.store.reads, gets };
  };
  for (const [filter, count] of searches) expect((await costOf(filter, count)).reads).toBeLessThanOrEqual(2);
  expect(await archiveSegments(ports, archive)).toBeGreaterThan(4);
  for (const [filter, count] of searches) {
    const { reads, gets } = await costOf(filter, count);
    expect(reads).toBeLessThan(8);
    expect(gets).toBeLessThanOrEqual(count);
  }
});

// The attack: filters that most events match each and none together make every page read the whole log.
test('SR-71: a search that finds nothing for a second returns, and the next page continues it', async () => {
  const other = { resource: resourceId(1), subject: userId(9), actor: { kind: 'user', id: userId(9) } } as const;
  await addDay(1500, (number) => (number % 2 === 1 && number > 1 ? other : undefined));
  const { clock } = ports;
  let reads = 0;
  ports.store.intercept.read = () => {
    reads += 1;
    clock.advance(300);
  };
  const filter = { resource: resourceId(1), actor: userId(0) } as const;
  const first = unwrap(await listEvents(ports, actor, filter, { limit: 5 }));
  expect(first.items).toEqual([]);
  expect(first.next).not.toBeNull();
  expect(reads).toBeLessThan(8);
  expect((await pagesOf(filter, 5)).flat()).toEqual([]);
});

// The attack: who can write to the archive adds an event to a file, or removes one. What the store knows of the file
// must neither show the one nor hide that the other is missing.
test('SR-71: a search never lists an altered file, whatever was added to it or removed', async () => {
  await addDay(600, (number) => (number === 7 ? { type: 'user.created', outcome: 'done' } : undefined));
  await archiveSegments(ports, archive);
  const folder = join(archive.root, ACCOUNT);
  const [name = ''] = (await readdir(folder)).sort();
  const whole = await readFile(join(folder, name), 'utf8');
  const without = whole.replace('"user.created"', '"user.updated"');
  const added = whole.replace('"authentication"', '"user.deleted"');
  const created = () => listEvents(ports, actor, { type: 'user.created' }, { limit: 5 });
  expect(unwrap(await created()).items).toHaveLength(1);
  await writeFile(join(folder, name), without);
  await expect(created()).rejects.toBeInstanceOf(ArchiveUnavailable);
  await writeFile(join(folder, name), added);
  expect(unwrap(await listEvents(ports, actor, { type: 'user.deleted' }, { limit: 5 })).items).toEqual([]);
  await expect(created()).rejects.toBeInstanceOf(ArchiveUnavailable);
});

test('following the log with a filter comes to the next match in one page, past files without one', async () => {
  await addDay(3000, (number) => (number === 2900 ? { type: 'user.created', outcome: 'done' } : undefined));
  await archiveSegments(ports, archive);
  let gets = 0;
  archive.intercept = () => {
    gets += 1;
  };
  const page = unwrap(await listSealedEvents(ports, actor, { type: 'user.created' }, { after: 0 }));
  expect(page.items).toHaveLength(1);
  expect(gets).toBe(1);
});
