import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { describe, expect, test } from 'vitest';
import type { IndexEntry, RangeOptions, Store } from '../../kernel/ports/store.ts';
import { changeOf, keyOf } from './changes.ts';
import type { Fresh } from './harness.ts';

export function indexBehaviour(fresh: Fresh): void {
  describe('index', () => {
    test('sorts entries of all partitions together, byte for byte', async () => {
      const store = await fresh();
      // Characters above U+FFFF sort after U+FFFD in UTF-8, and before it in UTF-16.
      const sorts = ['', '\u0000', 'A', 'a', 'a\u0000', 'a\u0000b', 'aa', 'ab', 'é', '\ufffd', '😀'];
      await addAll(
        store,
        [...sorts].reverse().map((sort) => ({ sort, id: 'x' })),
      );
      expect((await store.range('all', { limit: 100 })).map(({ sort }) => sort)).toEqual(sorts);
      expect((await store.range('all', { limit: 100, reverse: true })).map(({ sort }) => sort)).toEqual(
        [...sorts].reverse(),
      );
    });

    test('sorts entries with the same text by id', async () => {
      const store = await fresh();
      await addAll(
        store,
        ['3', '', '1', '22'].map((id) => ({ sort: 'same', id })),
      );
      expect((await store.range('all', { limit: 100 })).map(({ id }) => id)).toEqual(['', '1', '22', '3']);
    });

    test.each([1, 7, 40])('returns every entry once in pages of %i, in both directions', async (limit) => {
      const store = await fresh();
      const entries = Array.from({ length: 100 }, (_, n) => ({
        sort: `user ${n % 13}`,
        id: String(n).padStart(3, '0'),
      }));
      await addAll(store, entries);
      const whole = await store.range('all', { limit: 1_000 });
      expect(whole).toHaveLength(100);
      expect(await pages(store, { limit })).toEqual(whole);
      expect(await pages(store, { limit, reverse: true })).toEqual([...whole].reverse());
      const some = whole.filter(({ sort }) => sort.startsWith('user 1'));
      expect(some.length).toBeGreaterThan(20);
      expect(await pages(store, { limit, prefix: 'user 1' })).toEqual(some);
      expect(await pages(store, { limit, prefix: 'user 1', reverse: true })).toEqual([...some].reverse());
    });

    test('fills a page even if all entries are on one anchor', async () => {
      const store = await fresh();
      const entries = Array.from({ length: 150 }, (_, n) => ({ sort: `user ${String(n).padStart(3, '0')}`, id: '1' }));
      await store.commit(changeOf('anchor', { index: entries.map((add) => ({ index: 'all', add })) }));
      expect(await store.range('all', { limit: 120 })).toEqual(entries.slice(0, 120));
      expect(await store.range('all', { limit: 120, reverse: true })).toEqual([...entries].reverse().slice(0, 120));
      expect(await pages(store, { limit: 70 })).toEqual(entries);
    });

    test('a prefix selects exactly the entries that begin with it', async () => {
      const store = await fresh();
      const sorts = ['ann', 'anna', 'anna\u0000x', 'annb', 'ao', 'an', 'ANNA', '*', '[', '(', '-', '+'];
      await addAll(
        store,
        sorts.map((sort) => ({ sort, id: '1' })),
      );
      const under = async (prefix: string) => (await store.range('all', { prefix, limit: 10 })).map(({ sort }) => sort);
      expect(await under('anna')).toEqual(['anna', 'anna\u0000x']);
      expect(await under('anna\u0000')).toEqual(['anna\u0000x']);
      for (const sign of ['*', '[', '(', '-', '+']) expect(await under(sign)).toEqual([sign]);
      expect(await under('zzz')).toEqual([]);
    });

    test('a cursor before or after the prefix does not lead outside it', async () => {
      const store = await fresh();
      await addAll(
        store,
        ['a', 'b1', 'b2', 'c'].map((sort) => ({ sort, id: '1' })),
      );
      const from = async (sort: string, reverse: boolean) =>
        (await store.range('all', { prefix: 'b', after: { sort, id: '1' }, reverse, limit: 10 })).map(
          (one) => one.sort,
        );
      expect(await from('a', false)).toEqual(['b1', 'b2']);
      expect(await from('b1', false)).toEqual(['b2']);
      expect(await from('c', false)).toEqual([]);
      expect(await from('c', true)).toEqual(['b2', 'b1']);
      expect(await from('b2', true)).toEqual(['b1']);
      expect(await from('a', true)).toEqual([]);
    });

    test('a cursor at a removed entry keeps its position', async () => {
      const store = await fresh();
      await addAll(
        store,
        ['a', 'b', 'c'].map((sort) => ({ sort, id: '1' })),
      );
      const remove = { index: 'all', remove: { sort: 'b', id: '1' } };
      for (const anchor of anchors(3)) await store.commit(changeOf(anchor, { index: [remove] }));
      const rest = await store.range('all', { after: { sort: 'b', id: '1' }, limit: 10 });
      expect(rest).toEqual([{ sort: 'c', id: '1' }]);
    });

    test('removing and adding in one step is a move; adding twice and removing an absent entry change nothing', async () => {
      const store = await fresh();
      const key = keyOf('anchor');
      const old = { sort: 'old name', id: '1' };
      const renamed = { sort: 'new name', id: '1' };
      await store.commit(changeOf('anchor', { put: [{ key, value: 1 }], index: [{ index: 'all', add: old }] }));
      await store.commit(changeOf('anchor', { index: [{ index: 'all', remove: old, add: renamed }] }));
      await store.commit(
        changeOf('anchor', {
          index: [
            { index: 'all', remove: old },
            { index: 'all', add: renamed },
          ],
        }),
      );
      expect(await store.range('all', { limit: 10 })).toEqual([renamed]);
      await store.commit(changeOf('anchor', { index: [{ index: 'all', remove: renamed, add: renamed }] }));
      expect(await store.range('all', { limit: 10 })).toEqual([renamed]);
    });

    test('separates indexes, however similar their names', async () => {
      const store = await fresh();
      const names = ['users', 'users/', 'users\u0000', 'user', 's', '', 'users\u0000a'];
      const index = names.map((name, at) => ({ index: name, add: { sort: 'sort', id: String(at) } }));
      await store.commit(changeOf('anchor', { index }));
      for (const [at, name] of names.entries()) {
        expect(await store.range(name, { limit: 10 })).toEqual([{ sort: 'sort', id: String(at) }]);
      }
    });

    test('refuses limits outside 1 to 1000 and entries that are too long', async () => {
      const store = await fresh();
      for (const limit of [0, -1, 1.5, 1_001, Number.NaN]) {
        await expect(store.range('all', { limit })).rejects.toThrow(RangeError);
      }
      const add = { sort: 'x'.repeat(1_801), id: '1' };
      await expect(store.commit(changeOf('anchor', { index: [{ index: 'all', add }] }))).rejects.toThrow(RangeError);
      const longest = { sort: 'x'.repeat(1_700), id: '1' };
      await store.commit(changeOf('anchor', { index: [{ index: 'all', add: longest }] }));
      expect(await store.range('all', { limit: 1 })).toEqual([longest]);
    });
  });
}

/** Names that are spread over many partitions. */
function anchors(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `anchor-${n}`);
}

async function addAll(store: Store, entries: readonly IndexEntry[]): Promise<void> {
  const names = anchors(entries.length);
  await Promise.all(
    entries.map((add, at) => store.commit(changeOf(names[at] ?? '', { index: [{ index: 'all', add }] }))),
  );
}

async function pages(store: Store, options: RangeOptions): Promise<IndexEntry[]> {
  const found: IndexEntry[] = [];
  for (;;) {
    const after = found.at(-1);
    const page = await store.range('all', { ...options, ...omitUndefined({ after }) });
    found.push(...page);
    if (page.length < options.limit) return found;
  }
}
