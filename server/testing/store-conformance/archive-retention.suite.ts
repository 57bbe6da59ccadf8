import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { archiveSegments } from '../../events/archive-segments.ts';
import { dropOldSegments } from '../../events/drop-old-segments.ts';
import { listEvents } from '../../events/list-events.ts';
import { ArchiveUnavailable } from '../../kernel/ports/audit-archive.ts';
import { DAY_MS } from '../../kernel/time.ts';
import { verifyAuditExport } from '../../platform/jose/audit-statements.ts';
import { sealEvents } from '../consuming.ts';
import { append, eventsIn, linesOfExport, type StreamPorts, sampleEvent, streamPortsOver } from '../event-stream.ts';
import { unwrap } from '../fixtures.ts';
import { accountId } from '../samples.ts';
import { openTemporaryArchive, type TemporaryArchive } from '../temporary-archive.ts';
import { ACCOUNT, actor, archivedDays, filesIn, listAll } from './archive-fixture.ts';
import { cutAt } from './consumer.suite.ts';
import type { Fresh } from './harness.ts';

/** The end of archived events. */
export function archiveRetentionBehaviour(fresh: Fresh): void {
  describe('the audit archive and the retention time', () => {
    let archive: TemporaryArchive;
    beforeEach(async () => {
      archive = await openTemporaryArchive();
    });
    afterEach(async () => archive.delete());
    const archived = async (seed: string) => archivedDays(await fresh(), archive, seed);
    const files = () => filesIn(archive);

    test('retention drops whole files, and the rest verifies from the first retained segment', async () => {
      const ports = await archived('retention');
      const known = await verifyAuditExport(await linesOfExport(ports, ACCOUNT), ports.signer.publicKeys());
      expect(known).toMatchObject({ ok: true, first: 1, events: 40 });
      await dropOldSegments(ports, { keptMs: 2.5 * DAY_MS, mostEvents: 1000 });
      expect(await files()).toHaveLength(2);
      await dropOldSegments(ports, { keptMs: 1e9, mostEvents: 15 });
      expect(await files()).toHaveLength(1);
      const report = await verifyAuditExport(await linesOfExport(ports, ACCOUNT), ports.signer.publicKeys(), {
        known: { number: known.head?.number ?? 0, hash: known.head?.hash ?? '' },
      });
      expect(report).toMatchObject({ ok: true, first: 3, events: 20 });
      expect(await listAll(ports)).toHaveLength(20);
      // After a kill between removing the file and its document, the next run removes the document.
      cutAt(ports, { at: 3, after: false });
      await expect(dropOldSegments(ports, { keptMs: 1, mostEvents: 15 })).rejects.toThrow();
      cutAt(ports, undefined);
      ports.clock.advance(DAY_MS);
      await dropOldSegments(ports, { keptMs: 1, mostEvents: 15 });
      expect(await files()).toEqual([]);
      expect(await verifyAuditExport(await linesOfExport(ports, ACCOUNT), ports.signer.publicKeys())).toMatchObject({
        ok: true,
        events: 0,
      });
    });

    // The people in it are harmed: a file that nothing refers to is never removed, whatever the retention time.
    test.each(['before', 'after', 'killed after'])(
      'SR-71: a segment that expires while it is archived, %s the file is written, leaves no file behind',
      async (when) => {
        const ports = await streamPortsOver(await fresh(), when, archive);
        await append(ports, 'thing', [sampleEvent(0)]);
        await sealEvents(ports);
        ports.clock.advance(DAY_MS);
        await append(ports, 'thing', [sampleEvent(3)]);
        await sealEvents(ports);
        const expire = () => dropOldSegments(ports.second, { keptMs: DAY_MS / 2, mostEvents: 1000 });
        const racing: TemporaryArchive = {
          ...archive,
          put: async (...given) => {
            if (when === 'before') await expire();
            await archive.put(...given);
            await expire();
            if (when === 'killed after') throw new Error('killed');
          },
        };
        const work = archiveSegments(ports, racing);
        if (when === 'killed after') {
          await expect(work).rejects.toThrow('killed');
          await archiveSegments(ports.second, archive);
        } else expect(await work).toBe(0);
        expect(await files()).toEqual([]);
        ports.clock.advance(DAY_MS);
        // Two processes that archive the same keep one file.
        const both = await Promise.all([archiveSegments(ports, archive), archiveSegments(ports.second, archive)]);
        expect([both[0] + both[1], (await files()).length]).toEqual([1, 1]);
        expect(await listAll(ports)).toHaveLength(1);
      },
    );

    // SR-34 The attack: the hour of retention. What expires between the read of its record and of its file looked like a
    // damaged archive in a list, and like a forged one in an export.
    test('a file that expires while it is read is no damage', async () => {
      const ports = await archived('expiring');
      const readingWith = (beforeGet: (count: number) => Promise<unknown>): StreamPorts => {
        let gets = 0;
        const get: TemporaryArchive['get'] = (...given) => beforeGet(++gets).then(() => archive.get(...given));
        return { ...ports, archive: { ...archive, get } };
      };
      const expire = (keptMs: number) => dropOldSegments(ports.second, { keptMs, mostEvents: 1000 });
      // A list reads the oldest file last, an export first.
      const lister = readingWith(async (count) => count === 3 && expire(2.5 * DAY_MS));
      const page = await listEvents(lister, actor, {}, { limit: 100 });
      expect(unwrap(page)).toMatchObject({ items: { length: 30 }, next: null });
      const exporter = readingWith(async () => expire(1.5 * DAY_MS));
      await expect(linesOfExport(exporter, ACCOUNT)).rejects.toThrow('not there any more');
      expect(eventsIn(await linesOfExport(ports, ACCOUNT))).toHaveLength(20);
    });

    // SR-71 The attack: a folder of one account that only another user of the system may open.
    test('one account whose folder cannot be used keeps no other account in the store, and no expired file', async () => {
      const ports = await archived('closed');
      const closed = (name: string) => {
        if (name.startsWith(ACCOUNT)) throw new ArchiveUnavailable('permission denied');
      };
      const half: TemporaryArchive = {
        ...archive,
        put: async (name, content) => closed(name) ?? archive.put(name, content),
        remove: async (name) => closed(name) ?? archive.remove(name),
      };
      ports.clock.advance(DAY_MS);
      await expect(archiveSegments(ports, half)).rejects.toBeInstanceOf(ArchiveUnavailable);
      const others = () => Promise.all([2, 3].map(async (number) => readdir(join(archive.root, accountId(number)))));
      expect((await others()).map(({ length }) => length)).toEqual([4, 4]);
      const retention = { keptMs: 1, mostEvents: 1000 };
      await expect(dropOldSegments({ ...ports, archive: half }, retention)).rejects.toBeInstanceOf(ArchiveUnavailable);
      expect(await others()).toEqual([[], []]);
      expect(await files()).toHaveLength(3);
    });
  });
}
