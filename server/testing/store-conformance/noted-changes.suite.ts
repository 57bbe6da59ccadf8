import { describe, expect, test } from 'vitest';
import type { RecordName, Store } from '../../kernel/ports/store.ts';
import { changeOf, keyOf, NOW } from './changes.ts';
import type { Fresh, Reopen } from './harness.ts';

export function notedChangesBehaviour(fresh: Fresh, reopen: Reopen): void {
  describe('the changes that commits note', () => {
    test('are the documents that were put or deleted and the index entries, also of hostile ids', async () => {
      const store = await fresh();
      const anchors = ['usr_1', 'a\0b', '\ud800', 'a:{p3}:d:b', 'ünï'];
      for (const anchor of anchors) await put(store, anchor, 'kept');
      const before = await versions(store);
      await store.noteChanges();
      for (const anchor of anchors) {
        await store.commit(
          changeOf(anchor, {
            put: [{ key: keyOf(anchor), value: 1, expiresAt: NOW + 60_000 }],
            delete: [keyOf(anchor, 'gone')],
            index: [
              { index: 'hostile\0index', add: { sort: `s\0${anchor}`, id: '' } },
              { index: 'a:{p3}:d:b', remove: { sort: 't', id: anchor } },
            ],
          }),
        );
      }
      const expected = anchors.flatMap((anchor) => [
        `${anchor} thing`,
        `${anchor} gone`,
        `hostile\0index s\0${anchor} `,
        `a:{p3}:d:b t ${anchor}`,
      ]);
      const noted = await changesSince(store, before);
      expect(noted.map(textOf).sort()).toEqual(expected.sort());
      const found = await store.lookUp(noted);
      expect(found.map((one) => one?.kind).filter((kind) => kind === 'document')).toHaveLength(anchors.length);
      expect(found.map((one) => one?.kind).filter((kind) => kind === 'index')).toHaveLength(anchors.length);
    });

    test('are all of them, however many, from any version on, and none of a conflict', async () => {
      const store = await fresh();
      await store.noteChanges();
      const marks: { at: number; versions: number[] }[] = [];
      for (let n = 0; n < 3000; n += 100) {
        marks.push({ at: n, versions: await versions(store) });
        await Promise.all(Array.from({ length: 100 }, (_, at) => put(store, `anchor-${n + at}`)));
      }
      const lost = { key: keyOf('lost'), version: 7 };
      await store.commit(changeOf('lost', { expect: [lost], put: [{ key: lost.key, value: 1 }] }));
      for (const { at, versions: since } of [marks[0], marks[7], marks[29]].flatMap((mark) => mark ?? [])) {
        const noted = new Set((await changesSince(store, since)).map(textOf));
        for (let n = at; n < 3000; n++) expect(noted).toContain(`anchor-${n} thing`);
        expect(noted).not.toContain('lost thing');
      }
    });

    test('of one large commit come whole', async () => {
      const store = await fresh();
      await store.noteChanges();
      const since = await versions(store);
      const keys = Array.from({ length: 2500 }, (_, n) => keyOf('large', `name-${n}`));
      await store.commit(changeOf('large', { put: keys.map((key) => ({ key, value: 1 })) }));
      await put(store, 'large', 'later');
      expect(new Set((await changesSince(store, since)).map(textOf)).size).toBe(2501);
    });

    test('are not known from before the notes began, and after they were forgotten', async () => {
      const store = await fresh();
      const start = await versions(store);
      const [partition] = [store.partitionOf('x')];
      expect(await store.readChanges(partition, start[partition] ?? 0)).toBeUndefined();
      await put(store, 'x');
      await store.noteChanges();
      expect(await store.readChanges(partition, start[partition] ?? 0)).toBeUndefined();
      const begun = await versions(store);
      await put(store, 'x', 'first');
      const second = await versions(store);
      await put(store, 'x', 'second');
      await store.noteChanges();
      expect((await changesSince(store, begun)).map(textOf)).toContain('x first');
      await store.noteChanges(second);
      expect(await store.readChanges(partition, begun[partition] ?? 0)).toBeUndefined();
      expect((await changesSince(store, second)).map(textOf)).toContain('x second');
      // An earlier version than that brings nothing back.
      await store.noteChanges(begun);
      expect(await store.readChanges(partition, begun[partition] ?? 0)).toBeUndefined();
    });

    test('are gone when they are forgotten, and can be noted again', async () => {
      const store = await fresh();
      await store.noteChanges();
      const since = await versions(store);
      for (let n = 0; n < 300; n++) await put(store, 'x', `name-${n}`);
      await store.forgetChanges();
      await put(store, 'x', 'unnoted');
      const partition = store.partitionOf('x');
      expect(await store.readChanges(partition, since[partition] ?? 0)).toBeUndefined();
      await store.noteChanges();
      expect(await store.readChanges(partition, since[partition] ?? 0)).toBeUndefined();
      const again = await versions(store);
      await put(store, 'x', 'noted');
      expect((await changesSince(store, again)).map(textOf)).toEqual(['x noted']);
    });

    test('outlive the process', async () => {
      const store = await fresh();
      await store.noteChanges();
      const since = await versions(store);
      for (let n = 0; n < 50; n++) await put(store, `anchor-${n}`);
      const again = await reopen(store);
      await put(again, 'afterwards');
      const noted = new Set((await changesSince(again, since)).map(textOf));
      for (let n = 0; n < 50; n++) expect(noted).toContain(`anchor-${n} thing`);
      expect(noted).toContain('afterwards thing');
    });
  });
}

function put(store: Store, anchor: string, name = 'thing') {
  return store.commit(changeOf(anchor, { put: [{ key: keyOf(anchor, name), value: 1 }] }));
}

async function versions(store: Store): Promise<number[]> {
  return (await store.readStates()).map(({ commits }) => commits);
}

async function changesSince(store: Store, since: readonly number[]): Promise<RecordName[]> {
  const names = new Map<string, RecordName>();
  for (const [partition, version] of since.entries()) {
    for (let after: number | undefined = version; after !== undefined; ) {
      const page = await store.readChanges(partition, after);
      if (!page) throw new Error('the changes are not known');
      for (const name of page.names) names.set(textOf(name), name);
      after = page.next;
    }
  }
  return [...names.values()];
}

function textOf(name: RecordName): string {
  return name.kind === 'document'
    ? `${name.key.anchor} ${name.key.name}`
    : `${name.index} ${name.entry.sort} ${name.entry.id}`;
}
