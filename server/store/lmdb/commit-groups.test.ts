import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ABSENT, type Change, StoreUnavailable } from '../../kernel/ports/store.ts';
import { dumpEmbeddedStore } from '../../testing/dump-store.ts';
import { changeOf, keyOf, NOW } from '../../testing/store-conformance/changes.ts';
import { openBroken } from '../../testing/store-conformance/embedded-harness.ts';
import { type PreparedChange, prepareChange } from '../codec/prepare-change.ts';
import { CommitGroups } from './commit-groups.ts';
import { openEmbeddedStore } from './open-embedded-store.ts';

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'countersign-groups-'));
});
afterEach(() => rm(path, { recursive: true, force: true }));

const prepared = (anchor: string): PreparedChange => prepareChange(changeOf(anchor));

/** Transactions that start and flush under the test's control. */
function stagedTransactions() {
  const started: { begin(): void; flush(): void; fail(error: Error): void }[] = [];
  const transact = <T>(action: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      let result: T;
      started.push({
        begin: () => {
          result = action();
        },
        flush: () => resolve(result),
        fail: reject,
      });
    });
  return { started, transact };
}

test('changes that wait when a transaction starts go into it in order; later ones go into the next', async () => {
  const { started, transact } = stagedTransactions();
  const applied: string[][] = [];
  const groups = new CommitGroups(transact, (changes) => {
    applied.push(changes.map(({ anchor }) => anchor));
    return changes.map(() => 'committed');
  });
  const early = [groups.commit(prepared('a')), groups.commit(prepared('b')), groups.commit(prepared('c'))];
  started[0]?.begin();
  const late = groups.commit(prepared('d'));
  expect([started.length, applied]).toEqual([2, [['a', 'b', 'c']]]);

  let answered = 0;
  for (const commit of early) void commit.then(() => answered++);
  await Promise.resolve();
  expect(answered).toBe(0);
  started[0]?.flush();
  expect(await Promise.all(early)).toEqual(['committed', 'committed', 'committed']);
  started[1]?.begin();
  started[1]?.flush();
  expect(await late).toBe('committed');
  expect(applied).toEqual([['a', 'b', 'c'], ['d']]);
});

test('SR-53: if a transaction cannot be flushed, none of its changes is confirmed or retried', async () => {
  const { started, transact } = stagedTransactions();
  const groups = new CommitGroups(transact, (changes) => changes.map(() => 'committed'));
  const both = Promise.allSettled([groups.commit(prepared('a')), groups.commit(prepared('b'))]);
  started[0]?.begin();
  started[0]?.fail(new Error('the disk is full'));
  expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(started).toHaveLength(1);
});

test('a failing change does not affect the others: each has its event and its own version', async () => {
  const store = openBroken(path, 'broken', 1_000);
  const commits = Array.from({ length: 40 }, (_, n) =>
    store.commit(
      changeOf(`a${n}`, {
        put: [{ key: keyOf(`a${n}`), value: n }],
        index: [{ index: n === 17 ? 'broken' : 'sound', add: { sort: String(n), id: `a${n}` } }],
        append: [{ n }],
      }),
    ),
  );
  const outcomes = await Promise.allSettled(commits);
  expect(outcomes.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))).toEqual([17]);
  await expect(commits[17]).rejects.toThrow(StoreUnavailable);
  const sound = Array.from({ length: 40 }, (_, n) => n).filter((n) => n !== 17);
  const found = await store.getMany(
    sound.map((n) => keyOf<number>(`a${n}`)),
    NOW,
  );
  expect(found.map((one) => one?.value)).toEqual(sound);
  expect(new Set(found.map((one) => one?.version)).size).toBe(39);
  expect(await store.getMany([keyOf('a17')], NOW)).toEqual([undefined]);
  expect((await store.readEvents(0, 0, 100)).map(({ event }) => event)).toEqual(sound.map((n) => ({ n })));
  await store.close();
});

/** Few anchors, so that changes conflict: on a version, or on the absence of the same document. */
const anyChange = fc.record({
  anchor: fc.constantFrom('a', 'b', 'c'),
  name: fc.constantFrom('one', 'two'),
  version: fc.option(fc.constantFrom(ABSENT, 1, 2, 3), { nil: undefined }),
  what: fc.constantFrom('put', 'expiring', 'expired', 'delete', 'event'),
  repeated: fc.boolean(),
});

test('many at once have the same result as one after the other', async () => {
  let turn = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(anyChange, { minLength: 1, maxLength: 40 }), async (drawn) => {
      turn += 1;
      const changes = drawn.map(({ anchor, name, version, what, repeated }, n): Change => {
        const key = keyOf(anchor, name);
        const expiresAt = what === 'expiring' ? NOW + n : what === 'expired' ? NOW : undefined;
        const put = { key, value: n, ...omitUndefined({ expiresAt }) };
        return {
          anchor,
          operation: `operation-${repeated ? Math.floor(n / 4) * 4 : n}`,
          now: NOW + n,
          expect: version === undefined ? [] : [{ key, version }],
          ...(what === 'delete' ? { delete: [key] } : what === 'event' ? {} : { put: [put] }),
          index: [{ index: name, [what === 'delete' ? 'remove' : 'add']: { sort: anchor, id: `${n % 3}` } }],
          append: [{ n }],
        };
      });
      const [together, apart] = [join(path, `together-${turn}`), join(path, `apart-${turn}`)];
      const one = await openEmbeddedStore({ path: together, eventCap: 10 });
      const atOnce = await Promise.all(changes.map((change) => one.commit(change)));
      await one.close();
      const other = await openEmbeddedStore({ path: apart, eventCap: 10 });
      const inTurn = [];
      for (const change of changes) inTurn.push(await other.commit(change));
      await other.close();
      expect(atOnce).toEqual(inTurn);
      expect(await dumpEmbeddedStore(together)).toEqual(await dumpEmbeddedStore(apart));
    }),
    { numRuns: 40 },
  );
}, 60_000);
