import { describe, expect, test } from 'vitest';
import type { Store } from '../../kernel/ports/store.ts';
import { changeOf, keyOf, NOW, versionOf } from './changes.ts';
import type { Fresh } from './harness.ts';

export function restoreBehaviour(fresh: Fresh): void {
  describe('restored records', () => {
    const anchors = ['usr_1', 'a\0b', '\ud800', 'a:{p3}:d:b', 'ünï'];
    async function restore(store: Store, version = 7): Promise<void> {
      for (const anchor of anchors) {
        const documents = [
          { key: keyOf(anchor), value: { anchor, text: 'd: \0 "}' }, version },
          { key: keyOf(anchor, 'i:x'), value: [1], version: version + 1, expiresAt: NOW + 60_000 },
        ];
        const entries = [
          { index: 'all/created', entry: { sort: `0${anchors.indexOf(anchor)}`, id: anchor } },
          { index: 'hostile\0index', entry: { sort: `s\0${anchor}`, id: '' } },
        ];
        await store.restoreRecords(store.partitionOf(anchor), { documents, entries }, NOW);
      }
    }

    test('are as they were given, until they expire, and the same if they are written again', async () => {
      const store = await fresh();
      for (let time = 0; time < 2; time++) {
        await restore(store);
        for (const anchor of anchors) {
          const keys = [keyOf(anchor), keyOf(anchor, 'i:x')] as const;
          expect(await store.getMany(keys, NOW)).toEqual([
            { value: { anchor, text: 'd: \0 "}' }, version: 7 },
            { value: [1], version: 8 },
          ]);
          expect((await store.getMany(keys, NOW + 60_000))[1]).toBeUndefined();
        }
        const entries = await store.range('all/created', { limit: 10 });
        expect(entries.map(({ id }) => id)).toEqual(anchors);
        expect(await store.range('hostile\0index', { limit: 10 })).toHaveLength(anchors.length);
      }
    });

    // SR-8. The attack: a change that expects the version of a document of which only the number has come back.
    test('have lower versions than every later commit of their partition', async () => {
      const store = await fresh();
      await restore(store, 4000);
      for (const anchor of anchors) {
        await store.commit(changeOf(anchor, { put: [{ key: keyOf(anchor), value: 2 }] }));
        expect(await versionOf(store, keyOf(anchor))).toBeGreaterThan(4001);
      }
      const before = await versionOf(store, keyOf('usr_1'));
      await store.restoreRecords(
        store.partitionOf('usr_1'),
        { documents: [{ key: keyOf('usr_1', 'old'), value: 1, version: 1 }], entries: [] },
        NOW,
      );
      await store.commit(changeOf('usr_1', { put: [{ key: keyOf('usr_1'), value: 3 }] }));
      expect(await versionOf(store, keyOf('usr_1'))).toBeGreaterThan(before);
    });

    test('of another partition, without a version, or that are no JSON are refused, and nothing is written', async () => {
      const store = await fresh();
      const partition = store.partitionOf('usr_1');
      const good = { key: keyOf('usr_1'), value: 1, version: 1 };
      const refused = [
        { ...good, version: 0 },
        { ...good, value: undefined },
        { ...good, expiresAt: -1 },
      ];
      for (const document of refused) {
        const writing = store.restoreRecords(partition, { documents: [good, document], entries: [] }, NOW);
        await expect(writing).rejects.toThrow();
      }
      const elsewhere = store.restoreRecords(store.partitions + 1, { documents: [good], entries: [] }, NOW);
      await expect(elsewhere).rejects.toThrow('another partition');
      const entry = { index: 'i', entry: { sort: 'x'.repeat(1800), id: '' } };
      await expect(store.restoreRecords(partition, { documents: [good], entries: [entry] }, NOW)).rejects.toThrow(
        '1800',
      );
      expect(await versionOf(store, keyOf('usr_1'))).toBe(0);
    });
  });
}
