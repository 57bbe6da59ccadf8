import { describe, expect, test } from 'vitest';
import { ABSENT, StoreUnavailable } from '../../kernel/ports/store.ts';
import { changeOf, eventsOf, keyOf, NOW, versionOf } from './changes.ts';
import type { Fresh } from './harness.ts';

export function commitBehaviour(fresh: Fresh): void {
  describe('commit', () => {
    const key = keyOf<{ n: number }>('anchor');

    test('writes what reads then return, in the order of the keys, undefined for an absent one', async () => {
      const store = await fresh();
      const other = keyOf<string>('anchor', 'other');
      const put = [
        { key, value: { n: 1 } },
        { key: other, value: 'text' },
      ];
      expect(await store.commit(changeOf('anchor', { put }))).toBe('committed');
      const [second, nothing, first] = await store.getMany([other, keyOf('elsewhere'), key], NOW);
      expect(second?.value).toBe('text');
      expect(nothing).toBeUndefined();
      expect(first?.value).toEqual({ n: 1 });
      expect(first?.version).toBe(second?.version);
    });

    test('preserves JSON exactly: escapes, nesting, own __proto__, lone surrogates, absent fields', async () => {
      const store = await fresh();
      const value = JSON.parse(
        '{"__proto__":{"admin":true},"text":"\\u0000 \\r\\n \\ud800 \\ud83d\\ude00","deep":[[],{},null,-0.5]}',
      );
      await store.commit(changeOf('anchor', { put: [{ key, value: { ...value, nothing: undefined, own: value } }] }));
      const [found] = await store.getMany([key], NOW);
      expect(JSON.stringify(found?.value)).toBe(JSON.stringify({ ...value, own: value }));
      expect(({} as { admin?: boolean }).admin).toBeUndefined();
    });

    test('returns no documents for no keys', async () => {
      const store = await fresh();
      expect(await store.getMany([], NOW)).toEqual([]);
    });

    test('refuses a stale version and writes nothing', async () => {
      const store = await fresh();
      await store.commit(changeOf('anchor', { put: [{ key, value: { n: 1 } }] }));
      const stale = await versionOf(store, key);
      await store.commit(changeOf('anchor', { expect: [{ key, version: stale }], put: [{ key, value: { n: 2 } }] }));
      const late = changeOf('anchor', {
        expect: [{ key, version: stale }],
        put: [{ key: keyOf('anchor', 'other'), value: 1 }],
        delete: [key],
        index: [{ index: 'all', add: { sort: 'a', id: '1' } }],
        append: ['late'],
      });
      expect(await store.commit(late)).toBe('conflict');
      const [kept, other] = await store.getMany([key, keyOf('anchor', 'other')], NOW);
      expect(kept?.value).toEqual({ n: 2 });
      expect(other).toBeUndefined();
      expect(await store.range('all', { limit: 10 })).toEqual([]);
      expect(await eventsOf(store)).toEqual([]);
    });

    test('requires all expectations, also of documents it does not write', async () => {
      const store = await fresh();
      const guard = keyOf('anchor', 'guard');
      await store.commit(changeOf('anchor', { put: [{ key: guard, value: 'open' }] }));
      const version = await versionOf(store, guard);
      const enter = (expected: number) =>
        changeOf('anchor', {
          expect: [
            { key, version: ABSENT },
            { key: guard, version: expected },
          ],
          put: [{ key, value: { n: 1 } }],
        });
      expect(await store.commit(enter(version + 1))).toBe('conflict');
      expect(await store.commit(enter(version))).toBe('committed');
    });

    test('lets exactly the first of two creations succeed', async () => {
      const store = await fresh();
      const create = (n: number) =>
        changeOf('anchor', { expect: [{ key, version: ABSENT }], put: [{ key, value: { n } }] });
      expect(await store.commit(create(1))).toBe('committed');
      expect(await store.commit(create(2))).toBe('conflict');
      expect((await store.getMany([key], NOW))[0]?.value).toEqual({ n: 1 });
    });

    test('hides a document from the instant it expires, by the reader’s clock', async () => {
      const store = await fresh();
      await store.commit(changeOf('anchor', { put: [{ key, value: { n: 1 }, expiresAt: NOW + 1_000 }] }));
      const version = await versionOf(store, key, NOW + 999);
      expect(version).toBeGreaterThan(ABSENT);
      expect(await versionOf(store, key, NOW + 1_000)).toBe(ABSENT);
      const consume = { expect: [{ key, version }], delete: [key] };
      expect(await store.commit(changeOf('anchor', { ...consume, now: NOW + 1_000 }))).toBe('conflict');
      const replace = { expect: [{ key, version: ABSENT }], put: [{ key, value: { n: 2 } }] };
      expect(await store.commit(changeOf('anchor', { ...replace, now: NOW + 999 }))).toBe('conflict');
      expect(await store.commit(changeOf('anchor', { ...replace, now: NOW + 1_000 }))).toBe('committed');
      // The new one does not inherit the old one's expiry.
      expect((await store.getMany([key], NOW + 10_000))[0]?.value).toEqual({ n: 2 });
    });

    test('never shows a document that has expired when it is written', async () => {
      const store = await fresh();
      await store.commit(changeOf('anchor', { put: [{ key, value: { n: 1 }, expiresAt: NOW }] }));
      expect(await versionOf(store, key)).toBe(ABSENT);
    });

    test('never reuses a version, even for a document deleted and created again', async () => {
      const store = await fresh();
      const seen: number[] = [];
      for (let n = 0; n < 5; n++) {
        await store.commit(changeOf('anchor', { put: [{ key, value: { n } }] }));
        seen.push(await versionOf(store, key));
        await store.commit(changeOf('anchor', { delete: [key] }));
        expect(await versionOf(store, key)).toBe(ABSENT);
      }
      expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
      const ancient = changeOf('anchor', { expect: [{ key, version: seen[0] ?? 0 }], put: [{ key, value: { n: 9 } }] });
      await store.commit(changeOf('anchor', { put: [{ key, value: { n: 8 } }] }));
      expect(await store.commit(ancient)).toBe('conflict');
    });

    // SR-52
    test('confirms a repeated operation and changes nothing', async () => {
      const store = await fresh();
      const change = changeOf('anchor', {
        expect: [{ key, version: ABSENT }],
        put: [{ key, value: { n: 1 } }],
        append: ['made'],
      });
      expect(await store.commit(change)).toBe('committed');
      const version = await versionOf(store, key);
      expect(await store.commit(change)).toBe('committed');
      expect(await store.commit({ ...change, put: [{ key, value: { n: 2 } }] })).toBe('committed');
      expect(await versionOf(store, key)).toBe(version);
      expect(await eventsOf(store)).toEqual([[{ sequence: 1, event: 'made' }]]);
    });

    test('applies a change marked `once` under the same conditions as any other', async () => {
      const store = await fresh();
      const change = { once: true, expect: [{ key, version: ABSENT }], put: [{ key, value: 1 }], append: ['made'] };
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => store.commit(changeOf('anchor', change))));
      expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
      expect(await eventsOf(store)).toEqual([[{ sequence: 1, event: 'made' }]]);
    });

    test('retries a repeated operation that met a conflict', async () => {
      const store = await fresh();
      const change = changeOf('anchor', { expect: [{ key, version: 1 }], put: [{ key, value: { n: 1 } }] });
      expect(await store.commit(change)).toBe('conflict');
      expect(await store.commit({ ...change, expect: [{ key, version: ABSENT }] })).toBe('committed');
    });

    test('rejects a change that names another anchor and writes nothing', async () => {
      const store = await fresh();
      const foreign = keyOf('another');
      for (const parts of [
        { expect: [{ key: foreign, version: ABSENT }] },
        { put: [{ key: foreign, value: 1 }] },
        { delete: [foreign] },
      ]) {
        const put = [{ key, value: { n: 1 } }, ...('put' in parts ? (parts.put ?? []) : [])];
        await expect(store.commit(changeOf('anchor', { ...parts, put }))).rejects.toThrow(TypeError);
      }
      expect(await store.getMany([key, foreign], NOW)).toEqual([undefined, undefined]);
    });

    test('rejects an invalid change and writes nothing', async () => {
      const store = await fresh();
      const twice = { put: [{ key, value: { n: 1 } }], delete: [key] };
      await expect(store.commit(changeOf('anchor', twice))).rejects.toThrow(TypeError);
      await expect(store.commit(changeOf('anchor', { put: [{ key, value: undefined }] }))).rejects.toThrow(TypeError);
      const never = { put: [{ key, value: { n: 1 }, expiresAt: Number.NaN }] };
      await expect(store.commit(changeOf('anchor', never))).rejects.toThrow(RangeError);
      expect(await store.getMany([key], NOW)).toEqual([undefined]);
    });

    test('rolls back a failure in the middle, and the operation can be sent again', async () => {
      const store = await fresh({ brokenIndex: 'broken' });
      await store.commit(changeOf('anchor', { put: [{ key, value: { n: 1 } }] }));
      const version = await versionOf(store, key);
      const index = [
        { index: 'sound', add: { sort: 'a', id: '1' } },
        { index: 'broken', add: { sort: 'a', id: '1' } },
      ];
      const change = changeOf('anchor', {
        put: [{ key, value: { n: 2 } }],
        delete: [keyOf('anchor', 'other')],
        index,
        append: ['half'],
      });
      await expect(store.commit(change)).rejects.toThrow(StoreUnavailable);
      expect(await versionOf(store, key)).toBe(version);
      expect(await store.range('sound', { limit: 10 })).toEqual([]);
      expect(await eventsOf(store)).toEqual([]);
      expect(await store.commit({ ...change, index: [] })).toBe('committed');
      expect(await versionOf(store, key)).toBe(version + 1);
    });

    // SR-1, store side
    test('commits exactly one of 50 concurrent changes that expect the same version', async () => {
      const store = await fresh();
      await store.commit(changeOf('anchor', { put: [{ key, value: { n: 0 } }] }));
      const version = await versionOf(store, key);
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          store.commit(changeOf('anchor', { expect: [{ key, version }], put: [{ key, value: { n } }], append: [n] })),
        ),
      );
      const winner = outcomes.indexOf('committed');
      expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
      expect((await store.getMany([key], NOW))[0]?.value).toEqual({ n: winner });
      expect(await eventsOf(store)).toEqual([[{ sequence: 1, event: winner }]]);
    });

    // SR-8, store side
    test('increments a concurrent counter by one per committed change', async () => {
      const store = await fresh();
      const raised: number[] = [];
      const raise = async () => {
        for (let round = 0; round < 10; round++) {
          const [found] = await store.getMany([key], NOW);
          const n = (found?.value.n ?? 0) + 1;
          const expectation = [{ key, version: found?.version ?? ABSENT }];
          const outcome = await store.commit(changeOf('anchor', { expect: expectation, put: [{ key, value: { n } }] }));
          if (outcome === 'committed') raised.push(n);
        }
      };
      await Promise.all(Array.from({ length: 8 }, raise));
      expect(raised.length).toBeGreaterThanOrEqual(10);
      expect([...raised].sort((a, b) => a - b)).toEqual(Array.from({ length: raised.length }, (_, n) => n + 1));
      expect((await store.getMany([key], NOW))[0]?.value.n).toBe(raised.length);
    });

    test('check passes on a writable store; a closed one is unavailable', async () => {
      const store = await fresh();
      await store.check();
      await store.close();
      await expect(store.check()).rejects.toThrow(StoreUnavailable);
      await expect(store.commit(changeOf('anchor'))).rejects.toThrow(StoreUnavailable);
    });
  });
}
