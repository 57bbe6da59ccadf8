import { describe, expect, test } from 'vitest';
import type { ScannedRecord, Store } from '../../kernel/ports/store.ts';
import { changeOf, keyOf, NOW, versionOf } from './changes.ts';
import type { Fresh } from './harness.ts';

export function scanBehaviour(fresh: Fresh): void {
  describe('a scan of the store', () => {
    test('finds each document with its version and expiry, and each index entry, in pages of any size', async () => {
      const store = await fresh();
      const anchors = ['usr_1', 'a\0b', '\ud800', 'a:{p3}:d:b', 'ünï'];
      for (const anchor of anchors) {
        await store.commit(
          changeOf(anchor, {
            put: [
              { key: keyOf(anchor), value: { anchor, text: 'd: \0 "}' } },
              { key: keyOf(anchor, 'i:x'), value: [1], expiresAt: NOW + 60_000 },
            ],
            index: [
              { index: 'all/created', add: { sort: '000', id: anchor } },
              { index: 'a:{p3}:d:b', add: { sort: 't', id: anchor } },
              { index: 'hostile\0index', add: { sort: `s\0${anchor}`, id: '' } },
            ],
          }),
        );
      }
      const version = await versionOf(store, keyOf('usr_1'));
      for (const limit of [1, 3, 1000]) {
        const records = await walk(store, limit);
        const documents = records.filter((one) => one.kind === 'document');
        const entries = records.filter((one) => one.kind === 'index');
        expect(documents.map(({ key }) => `${key.anchor} ${key.name}`).sort()).toEqual(
          anchors.flatMap((anchor) => [`${anchor} thing`, `${anchor} i:x`]).sort(),
        );
        expect(documents.find(({ key }) => key.anchor === 'usr_1' && key.name === 'thing')).toEqual({
          kind: 'document',
          key: { anchor: 'usr_1', name: 'thing' },
          value: { anchor: 'usr_1', text: 'd: \0 "}' },
          version,
        });
        expect(documents.filter(({ expiresAt }) => expiresAt === NOW + 60_000)).toHaveLength(anchors.length);
        expect(entries.map(({ index, entry }) => JSON.stringify([index, entry.sort, entry.id])).sort()).toEqual(
          anchors
            .flatMap((anchor) => [
              ['all/created', '000', anchor],
              ['a:{p3}:d:b', 't', anchor],
              ['hostile\0index', `s\0${anchor}`, ''],
            ])
            .map((one) => JSON.stringify(one))
            .sort(),
        );
        expect((await walk(store, limit, 'documents')).map(nameOf).sort()).toEqual(documents.map(nameOf).sort());
        for (const { partition } of entries) expect(partition).toBeLessThan(store.partitions);
      }
    });

    test('finds what exists throughout, while other entries come and go', async () => {
      const store = await fresh();
      const put = (anchor: string) => store.commit(changeOf(anchor, { put: [{ key: keyOf(anchor), value: 1 }] }));
      for (let n = 0; n < 300; n++) await put(`stays-${n}`);
      const seen = new Set<string>();
      let after: string | undefined;
      let round = 0;
      do {
        const page = await store.scan(after, 20);
        for (const one of page.records) if (one.kind === 'document') seen.add(one.key.anchor);
        round += 1;
        await put(`comes-${round}`);
        if (round % 2 === 0) await store.commit(changeOf(`comes-${round}`, { delete: [keyOf(`comes-${round}`)] }));
        after = page.next;
      } while (after !== undefined);
      for (let n = 0; n < 300; n++) expect(seen).toContain(`stays-${n}`);
    });

    test('of an empty store finds nothing and ends', async () => {
      expect(await walk(await fresh(), 10)).toEqual([]);
    });

    test('refuses a foreign cursor, and a limit out of bounds', async () => {
      const store = await fresh();
      for (const cursor of ['x', '!', 'd!', '']) await expect(store.scan(cursor, 10)).rejects.toThrow(RangeError);
      for (const limit of [0, 1001, 1.5]) await expect(store.scan(undefined, limit)).rejects.toThrow(RangeError);
    });
  });
}

/** Every record, each once. */
async function walk(store: Store, limit: number, only?: 'documents'): Promise<ScannedRecord[]> {
  const found = new Map<string, ScannedRecord>();
  let after: string | undefined;
  do {
    const page = await store.scan(after, limit, only);
    for (const one of page.records) found.set(nameOf(one), one);
    after = page.next;
  } while (after !== undefined);
  return [...found.values()];
}

function nameOf(one: ScannedRecord): string {
  return JSON.stringify(
    one.kind === 'document' ? [one.key.anchor, one.key.name] : [one.index, one.entry.sort, one.entry.id, ''],
  );
}
