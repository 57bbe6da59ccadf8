import { readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { archiveSegments } from '../../events/archive-segments.ts';
import { auditChainDocument, eventIndexes, segmentDocument } from '../../events/documents.ts';
import { dropOldSegments } from '../../events/drop-old-segments.ts';
import { exportEvents } from '../../events/export-events.ts';
import { type EventFilter, listEvents, listHistory, matchesFilter } from '../../events/list-events.ts';
import type { AccountEvent } from '../../kernel/event.ts';
import { ArchiveUnavailable } from '../../kernel/ports/audit-archive.ts';
import { DAY_MS, HOUR_MS } from '../../kernel/time.ts';
import { verifyAuditExport } from '../../platform/jose/audit-statements.ts';
import { userDocument } from '../../users/documents.ts';
import { operatorContext } from '../as-operator.ts';
import { sealEvents } from '../consuming.ts';
import { append, eventsIn, linesOfExport, type StreamPorts, sampleEvent, streamPortsOver } from '../event-stream.ts';
import { unwrap } from '../fixtures.ts';
import { accountId, resourceId, tokenId, userId } from '../samples.ts';
import { openTemporaryArchive, type TemporaryArchive } from '../temporary-archive.ts';
import { ACCOUNT, actor, archivedDays, filesIn, listAll } from './archive-fixture.ts';
import { cutAt } from './consumer.suite.ts';
import { ACCOUNTS, expectSealedOnce } from './consumer-expectations.ts';
import type { Fresh } from './harness.ts';

const step = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 40 }) }),
  fc.record({
    kind: fc.constantFrom('seal' as const, 'archive' as const, 'archive' as const),
    /** The commit at which the process ends: none, or before or after it reaches the store. */
    cut: fc.option(fc.record({ at: fc.nat(6), after: fc.boolean() }), { nil: undefined }),
    /** The operation of the archive that fails. */
    fault: fc.option(fc.nat(2), { nil: undefined }),
    both: fc.boolean(),
  }),
);

/** Sealed events outside the store. */
export function archiveBehaviour(fresh: Fresh): void {
  describe('the audit archive', () => {
    let archive: TemporaryArchive;
    beforeEach(async () => {
      archive = await openTemporaryArchive();
    });
    afterEach(async () => archive.delete());

    const archived = async (seed: string) => archivedDays(await fresh(), archive, seed);
    const files = () => filesIn(archive);

    test('SR-34: a kill at any commit, a failing archive and a second process neither lose nor repeat an event', async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), async (steps) => {
          const ports = await streamPortsOver(await fresh(), `archive-${run++}`, archive);
          const appended: AccountEvent[] = [];
          for (const one of steps) {
            if (one.kind === 'append') {
              const events = Array.from({ length: one.count }, (_, at) => sampleEvent(appended.length + at));
              await append(ports, `thing-${run}`, events);
              appended.push(...events);
              await sealEvents(ports);
              continue;
            }
            ports.clock.advance(DAY_MS);
            cutAt(ports, one.cut);
            failAt(archive, one.fault);
            const work = (of: StreamPorts) => (one.kind === 'seal' ? sealEvents(of) : archiveSegments(of, archive));
            await Promise.allSettled([work(ports), ...(one.both ? [work(ports.second)] : [])]);
            cutAt(ports, undefined);
            failAt(archive, undefined);
          }
          await sealEvents(ports);
          await expectSealedOnce(ports, appended);
          ports.clock.advance(DAY_MS);
          await archiveSegments(ports, archive);
          await expectSealedOnce(ports, appended);
          for (const account of ACCOUNTS) await expectMoved(ports, account);
        }),
        { numRuns: 20 },
      );
    });

    test('SR-34: what moves to the archive while it is listed or exported is shown once', async () => {
      let moves = 0;
      for (let at = 1; at <= 12; at++) {
        const ports = await streamPortsOver(await fresh(), `moving-${at}`, archive);
        const appended = Array.from({ length: 60 }, (_, of) => sampleEvent(of));
        for (let from = 0; from < 60; from += 5) {
          await append(ports, 'thing', appended.slice(from, from + 5));
          await sealEvents(ports);
        }
        ports.clock.advance(DAY_MS);
        let reads = 0;
        ports.store.intercept = {
          read: async () => {
            reads += 1;
            if (reads === Math.ceil(at / 2)) moves += await archiveSegments(ports.second, archive);
          },
        };
        if (at % 2 === 0) expect(await listAll(ports)).toHaveLength(20);
        else expect(eventsIn(await linesOfExport(ports, ACCOUNT))).toHaveLength(20);
        ports.store.intercept = {};
        await expectSealedOnce(ports, appended);
      }
      expect(moves).toBeGreaterThanOrEqual(3 * 9);
    });

    test('SR-34: what moves beside an older file between two trips of a list is shown once', async () => {
      let moves = 0;
      for (let at = 1; at <= 12; at++) {
        const ports = await archived(`beside-${at}`);
        ports.clock.advance(DAY_MS);
        let trips = 0;
        const trip = async () => {
          trips += 1;
          if (trips === at) moves += await archiveSegments(ports.second, archive);
        };
        const range = ports.store.range.bind(ports.store);
        ports.store.range = (...asked) => trip().then(() => range(...asked));
        ports.store.intercept = { read: trip };
        const ids = await listAll(ports);
        expect([at, ids.length, new Set(ids).size]).toEqual([at, 40, 40]);
      }
      expect(moves).toBeGreaterThanOrEqual(3 * 6);
    });

    test('SR-71: a missing, altered, older or exchanged file is found by verification and never listed', async () => {
      const ports = await archived('altered');
      const [first = '', second = ''] = await files();
      const path = (name: string) => join(archive.root, ACCOUNT, name);
      const original = await readFile(path(first), 'utf8');
      const attacks: Record<string, () => Promise<void>> = {
        missing: () => unlink(path(first)),
        altered: () => writeFile(path(first), original.replace('"outcome":"refused"', '"outcome":"granted"')),
        'without a record': () => writeFile(path(first), original.replace(/\n\{"id".*/, '')),
        longer: () => writeFile(path(first), `${original}${original}`),
        empty: () => writeFile(path(first), ''),
        'exchanged for another file': async () => writeFile(path(first), await readFile(path(second))),
        'of another account': async () => {
          const [other = ''] = await readdir(join(archive.root, accountId(2)));
          await writeFile(path(first), await readFile(join(archive.root, accountId(2), other)));
        },
      };
      for (const [attack, doIt] of Object.entries(attacks)) {
        await doIt();
        const lines = await linesOfExport(ports, ACCOUNT);
        const report = await verifyAuditExport(lines, ports.signer.publicKeys(), { account: ACCOUNT });
        expect([attack, report.ok, report.findings.map(({ kind }) => kind)]).toEqual([attack, false, ['missing']]);
        // Nothing of it, and all of the rest.
        expect(eventsIn(lines)).toHaveLength(30);
        await expect(listAll(ports)).rejects.toBeInstanceOf(ArchiveUnavailable);
        await expect(csvOf(ports)).rejects.toThrow('missing or damaged');
        await writeFile(path(first), original);
        expect(await listAll(ports)).toHaveLength(40);
      }
    });

    test('an archive that is down fails what needs it and nothing else, and nothing is lost', async () => {
      const ports = await archived('down');
      archive.isDown = true;
      await append(ports, 'thing', [{ ...sampleEvent(0), at: ports.clock.now() + 99 }]);
      await sealEvents(ports);
      const page = unwrap(await listEvents(ports, actor, {}, { limit: 2 }));
      expect(page.items).toHaveLength(2);
      await expect(listAll(ports)).rejects.toBeInstanceOf(ArchiveUnavailable);
      await expect(linesOfExport(ports, ACCOUNT)).rejects.toBeInstanceOf(ArchiveUnavailable);
      // A user's own page shows what there is.
      const own = await listEvents(ports, actor, {}, { limit: 100, isBestEffort: true });
      expect(unwrap(own).items).toHaveLength(11);
      ports.clock.advance(2 * DAY_MS);
      await expect(archiveSegments(ports, archive)).rejects.toBeInstanceOf(ArchiveUnavailable);
      // Retention still bounds the store.
      await expect(dropOldSegments(ports, { keptMs: 1, mostEvents: 1000 })).rejects.toBeInstanceOf(ArchiveUnavailable);
      for (const account of ACCOUNTS) expect(await segmentsIn(ports, account)).toBe(0);
      expect(await listAll(ports)).toEqual([]);
      expect(await files()).toHaveLength(3);
      archive.isDown = false;
      await dropOldSegments(ports, { keptMs: 1, mostEvents: 1000 });
      expect(await files()).toEqual([]);
    });

    test('SR-51: events of a hostile account id stay in the store and stop no other account', async () => {
      const ports = await streamPortsOver(await fresh(), 'hostile', archive);
      const hostile = ['../../etc', 'acc_/../../x', 'acc_0000000000A', `${ACCOUNT}/..`, 'acc_00000000000\0'];
      for (const account of hostile) {
        await append(ports, account, [{ ...sampleEvent(0), account: account as typeof ACCOUNT }]);
      }
      await append(ports, 'thing', [sampleEvent(0)]);
      await sealEvents(ports);
      ports.clock.advance(2 * DAY_MS);
      for (let round = 0; round < 2; round++) await expect(archiveSegments(ports, archive)).rejects.toThrow();
      for (const account of hostile) expect(await segmentsIn(ports, account as typeof ACCOUNT)).toBe(1);
      expect((await readdir(archive.root)).filter((name) => name !== 'drafts')).toEqual([ACCOUNT]);
      expect(await files()).toHaveLength(1);
    });

    test('the history of an object is found in the archive, also of a deleted one, and of no other account', async () => {
      const ports = await archived('history');
      const history = async (id: ReturnType<typeof userId>, account = ACCOUNT) =>
        listHistory(
          ports,
          operatorContext(account).actor,
          { id, key: userDocument.key(id), missing: 'USER_NOT_FOUND' },
          {},
          { limit: 200 },
        );
      const named = ({ subject, actor: by }: AccountEvent, id: string) => subject === id || by.id === id;
      for (const number of [0, 1, 2, 3, 4]) {
        const expected = ports.appended.filter((event) => event.account === ACCOUNT && named(event, userId(number)));
        expect(unwrap(await history(userId(number))).items).toHaveLength(expected.length);
      }
      expect(await history(userId(77))).toMatchObject({ refused: 'USER_NOT_FOUND' });
      expect(await history(userId(1), accountId(9))).toMatchObject({ refused: 'USER_NOT_FOUND' });
      const about = await listEvents(ports, actor, { about: tokenId(3) }, { limit: 200 });
      const expected = ports.appended.filter(
        (event) => event.account === ACCOUNT && event.related?.includes(tokenId(3)),
      );
      expect(unwrap(about).items).toHaveLength(expected.length);
    });

    test('a search by type, outcome or reason finds what a comparison with each event finds', async () => {
      const ports = await archived('terms');
      const filters: EventFilter[] = [
        { type: 'user.updated' },
        { type: 'user.created' },
        { outcome: 'refused' },
        { reason: 'OTP_WRONG', subject: userId(1) },
        { type: 'authentication', outcome: 'refused', actor: userId(0) },
        { reason: 'FILTER_DENIED', about: resourceId(1) },
      ];
      for (const filter of filters) {
        const expected = ports.appended.filter((event) => matchesFilter(event, filter, ACCOUNT));
        const page = unwrap(await listEvents(ports, actor, filter, { limit: 200 }));
        expect(page.next).toBeNull();
        expect(page.items.map(({ event }) => event.at).sort()).toEqual(expected.map(({ at }) => at).sort());
      }
    });

    test('a long search of files without a match ends the page, and the next one continues it', async () => {
      const ports = await streamPortsOver(await fresh(), 'search', archive);
      const days = 130;
      for (let day = 0; day < days; day++) {
        const subject = userId(day === 0 ? 1 : 2);
        await append(ports, 'thing', [{ ...sampleEvent(0), at: ports.clock.now(), subject }]);
        await sealEvents(ports);
        ports.clock.advance(DAY_MS);
      }
      expect(await archiveSegments(ports, archive)).toBe(days);
      const filter = { about: userId(1) };
      const page = unwrap(await listEvents(ports, actor, filter, { limit: 5, isBestEffort: true }));
      expect(page.items).toEqual([]);
      const rest = await listEvents(ports, actor, filter, { limit: 5, after: page.next ?? '', isBestEffort: true });
      expect(unwrap(rest)).toMatchObject({ items: [{ event: { subject: userId(1) } }], next: null });
    });

    // SR-71 The attack: ids that never existed. Each cost a search of the whole archive before it was refused.
    test('the history of an unknown object searches a part of a large archive', async () => {
      const ports = await streamPortsOver(await fresh(), 'unknown', archive);
      // Each hour is an entry of the index.
      for (let from = 0; from < 1200; from += 400) {
        const inHour = (hour: number) => ({ ...sampleEvent(0), at: ports.clock.now() + hour * HOUR_MS });
        await append(
          ports,
          'thing',
          Array.from({ length: 400 }, (_, at) => inHour(from + at)),
        );
      }
      await sealEvents(ports);
      ports.clock.advance(DAY_MS);
      await archiveSegments(ports, archive);
      const id = userId(77);
      const object = { id, key: userDocument.key(id), missing: 'USER_NOT_FOUND' } as const;
      ports.store.intercept.read = () => ports.clock.advance(100);
      const page = await listHistory(ports, actor, object, {}, { limit: 5 });
      expect(unwrap(page)).toMatchObject({ items: [], next: expect.any(String) });
    });

    test('an export continues in the middle of a file', async () => {
      const ports = await streamPortsOver(await fresh(), 'middle', archive);
      for (let at = 0; at < 6; at++) {
        await append(ports, 'thing', [sampleEvent(at * 3)]);
        await sealEvents(ports);
      }
      ports.clock.advance(2 * DAY_MS);
      await archiveSegments(ports, archive);
      expect(await files()).toHaveLength(1);
      for (let after = 0; after <= 6; after++) {
        const lines = await linesOfExport(ports, ACCOUNT, after);
        const report = await verifyAuditExport(lines, ports.signer.publicKeys());
        expect(report).toMatchObject({ ok: true, findings: [], events: 6 - after });
      }
    });
  });
}

async function csvOf(ports: StreamPorts): Promise<string> {
  let csv = '';
  for await (const piece of unwrap(await exportEvents(ports, actor, { format: 'csv' })).text) csv += piece;
  return csv;
}

/** Nothing that is archived is left in the store. */
async function expectMoved(ports: StreamPorts, account: typeof ACCOUNT): Promise<void> {
  const [chain] = await ports.store.getMany([auditChainDocument.key(account)], ports.clock.now());
  if (!chain) return;
  expect(chain.value.archive?.last).toBe(chain.value.number);
  expect(await segmentsIn(ports, account)).toBe(0);
  expect(await ports.store.range(eventIndexes.all(account), { limit: 1000 })).toEqual([]);
}

async function segmentsIn({ store, clock }: StreamPorts, account: typeof ACCOUNT): Promise<number> {
  const numbers = Array.from({ length: 100 }, (_, at) => at + 1);
  const stored = await store.getMany(
    numbers.map((number) => segmentDocument.key(account, number)),
    clock.now(),
  );
  return stored.filter((one) => one !== undefined).length;
}

/** Fails the nth operation from now. */
function failAt(archive: TemporaryArchive, at: number | undefined): void {
  let operations = 0;
  archive.intercept =
    at === undefined
      ? undefined
      : () => {
          if (operations++ === at) throw new ArchiveUnavailable('this operation fails');
        };
}
