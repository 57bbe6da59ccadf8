import { describe, expect, test } from 'vitest';
import { ABSENT } from '../../kernel/ports/store.ts';
import { changeOf, keyOf, NOW } from './changes.ts';
import type { Fresh } from './harness.ts';

/** Ids that try to break out of hash tags, the protocol, separators, encodings and objects. */
const HOSTILE = [
  '',
  ' ',
  '{p1}',
  '}{',
  '{',
  'a}:d:b',
  'cs:{p0}:state',
  'x\r\n$3\r\nSET\r\n',
  '*1\r\n$8\r\nFLUSHALL\r\n',
  '\u0000',
  '\u0000thing',
  'a\u0000b',
  'a\u0000\u00ff',
  '__proto__',
  'constructor',
  'é',
  'e\u0301',
  '\ud800',
  '\ud801',
  '\udfff',
  '\ufffd',
  '\ud83d\ude00',
  '../../etc/passwd',
  '%00',
  '"; redis.call("FLUSHALL") --',
  'x'.repeat(1_023),
  'x'.repeat(1_024),
  'x'.repeat(5_000),
  `${'x'.repeat(4_999)}y`,
];

// SR-51
export function hostileIdBehaviour(fresh: Fresh): void {
  describe('hostile ids', () => {
    test('as anchors, each is its own document', async () => {
      const store = await fresh();
      await Promise.all(HOSTILE.map((id, at) => store.commit(changeOf(id, { put: [{ key: keyOf(id), value: at }] }))));
      const found = await store.getMany(
        HOSTILE.map((id) => keyOf(id)),
        NOW,
      );
      expect(found.map((one) => one?.value)).toEqual(HOSTILE.map((_, at) => at));
    });

    test('as names under one anchor, each is its own document', async () => {
      const store = await fresh();
      const put = HOSTILE.map((id, at) => ({ key: keyOf('anchor', id), value: at }));
      expect(await store.commit(changeOf('anchor', { put }))).toBe('committed');
      const found = await store.getMany(
        put.map(({ key }) => key),
        NOW,
      );
      expect(found.map((one) => one?.value)).toEqual(HOSTILE.map((_, at) => at));
    });

    test('moving text from the anchor to the name makes another key', async () => {
      const store = await fresh();
      const pairs = [
        ['a', 'bc'],
        ['ab', 'c'],
        ['a\u0000', 'c'],
        ['a', '\u0000c'],
        ['a\u0000\u0000', 'c'],
        ['a:', 'c'],
        ['a', ':c'],
        ['\ud83d', '\ude00'],
        ['\ud83d\ude00', ''],
      ] as const;
      for (const [at, [anchor, name]] of pairs.entries()) {
        await store.commit(changeOf(anchor, { put: [{ key: keyOf(anchor, name), value: at }] }));
      }
      const found = await store.getMany(
        pairs.map(([anchor, name]) => keyOf(anchor, name)),
        NOW,
      );
      expect(found.map((one) => one?.value)).toEqual(pairs.map((_, at) => at));
    });

    test('deleting one leaves the others', async () => {
      const store = await fresh();
      for (const id of HOSTILE) await store.commit(changeOf(id, { put: [{ key: keyOf(id), value: id }] }));
      for (const [at, id] of HOSTILE.entries()) {
        expect(await store.commit(changeOf(id, { delete: [keyOf(id)] }))).toBe('committed');
        const left = await store.getMany(
          HOSTILE.map((one) => keyOf(one)),
          NOW,
        );
        expect(left.filter((one) => one !== undefined)).toHaveLength(HOSTILE.length - at - 1);
      }
    });

    test('as operation ids, each is its own operation', async () => {
      const store = await fresh();
      for (const operation of HOSTILE.filter((id) => id !== '')) {
        const key = keyOf('anchor', `made by ${operation}`);
        const make = changeOf('anchor', { operation, expect: [{ key, version: ABSENT }], put: [{ key, value: 1 }] });
        expect(await store.commit(make)).toBe('committed');
        expect((await store.getMany([key], NOW))[0]?.value).toBe(1);
      }
    });

    test('an empty operation id throws', async () => {
      const store = await fresh();
      await expect(store.commit(changeOf('anchor', { operation: '' }))).rejects.toThrow(TypeError);
    });

    test('as index entries and index names, each is returned unchanged', async () => {
      const store = await fresh();
      const ids = HOSTILE.filter((id) => id.length < 800);
      const steps = ids.map((id) => ({ index: 'all', add: { sort: id, id } }));
      await store.commit(changeOf('anchor', { index: steps }));
      const found = await store.range('all', { limit: 1_000 });
      expect(new Set(found.map(({ sort }) => sort))).toEqual(new Set(ids));
      expect(found.every(({ sort, id }) => sort === id)).toBe(true);
      for (const name of ids) {
        await store.commit(changeOf('anchor', { index: [{ index: name, add: { sort: name, id: 'own' } }] }));
      }
      for (const name of ids) {
        expect((await store.range(name, { limit: 10 })).filter(({ id }) => id === 'own')).toEqual([
          { sort: name, id: 'own' },
        ]);
      }
    });

    test('as counter keys, each is counted separately', async () => {
      const store = await fresh();
      const counts = await Promise.all(HOSTILE.map((id) => store.increment(id, 60_000, 1, NOW)));
      expect(counts.every(({ count }) => count === 1)).toBe(true);
    });
  });
}
