import { describe, expect, test } from 'vitest';
import { changeOf, eventsOf } from './changes.ts';
import type { Fresh } from './harness.ts';

export function eventBehaviour(fresh: Fresh): void {
  describe('events', () => {
    test('are numbered from 1 in the order of the changes, and in order within a change', async () => {
      const store = await fresh();
      await store.commit(changeOf('anchor', { append: ['a', { b: ['\u0000', '\r\n'] }] }));
      await store.commit(changeOf('anchor', { append: [] }));
      await store.commit(changeOf('anchor', { append: [null] }));
      expect(await eventsOf(store)).toEqual([
        [
          { sequence: 1, event: 'a' },
          { sequence: 2, event: { b: ['\u0000', '\r\n'] } },
          { sequence: 3, event: null },
        ],
      ]);
    });

    test('are read after a cursor, up to a limit', async () => {
      const store = await fresh();
      for (let n = 1; n <= 5; n++) await store.commit(changeOf('anchor', { append: [n, -n] }));
      const partition = await partitionWithEvents(store);
      const numbers = async (after: number, limit: number) =>
        (await store.readEvents(partition, after, limit)).map(({ sequence }) => sequence);
      expect(await numbers(0, 3)).toEqual([1, 2, 3]);
      expect(await numbers(3, 100)).toEqual([4, 5, 6, 7, 8, 9, 10]);
      expect(await numbers(10, 100)).toEqual([]);
    });

    test('of concurrent commits have no gap and no duplicate', async () => {
      const store = await fresh();
      await Promise.all(Array.from({ length: 60 }, (_, n) => store.commit(changeOf('anchor', { append: [n, n] }))));
      const [events = []] = await eventsOf(store);
      expect(events.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 120 }, (_, n) => n + 1));
      for (let n = 0; n < 120; n += 2) expect(events[n]?.event).toBe(events[n + 1]?.event);
    });

    test('are dropped oldest first at the cap, and numbers continue', async () => {
      const store = await fresh({ eventCap: 10 });
      for (let n = 1; n <= 8; n++) await store.commit(changeOf('anchor', { append: [n, n, n] }));
      const [events = []] = await eventsOf(store);
      expect(events.map(({ sequence }) => sequence)).toEqual([15, 16, 17, 18, 19, 20, 21, 22, 23, 24]);
      await store.commit(changeOf('anchor', { append: Array.from({ length: 25 }, (_, n) => n) }));
      const [later = []] = await eventsOf(store);
      expect(later.map(({ sequence }) => sequence)).toEqual([40, 41, 42, 43, 44, 45, 46, 47, 48, 49]);
    });

    test('are dropped up to a number on request; other partitions and later numbers stay', async () => {
      const store = await fresh();
      for (let n = 1; n <= 5; n++) await store.commit(changeOf('anchor', { append: [n, -n] }));
      const partition = store.partitionOf('anchor');
      const numbers = async () => (await store.readEvents(partition, 0, 100)).map(({ sequence }) => sequence);
      await store.dropEvents(partition, 7);
      expect(await numbers()).toEqual([8, 9, 10]);
      await store.dropEvents(partition, 3);
      expect(await numbers()).toEqual([8, 9, 10]);
      await store.dropEvents(partition, 10);
      expect(await numbers()).toEqual([]);
      await store.commit(changeOf('anchor', { append: ['next'] }));
      expect(await store.readEvents(partition, 10, 10)).toEqual([{ sequence: 11, event: 'next' }]);
      await expect(store.dropEvents(store.partitions, 1)).rejects.toThrow(RangeError);
    });

    test('can be restored under their old numbers; new ones continue after them', async () => {
      const store = await fresh();
      const partition = store.partitionOf('anchor');
      const events = [7, 8, 12].map((sequence) => ({ sequence, event: { text: `\u2028${sequence}` } }));
      await store.restoreEvents(partition, events, 12);
      await store.restoreEvents(partition, [], 20);
      await store.commit(changeOf('anchor', { append: ['new'] }));
      expect(await store.readEvents(partition, 7, 10)).toEqual([...events.slice(1), { sequence: 21, event: 'new' }]);
      for (const sequence of [0, 12, 21]) {
        await expect(store.restoreEvents(partition, [{ sequence, event: null }], 30)).rejects.toThrow(RangeError);
      }
      await expect(store.restoreEvents(partition, [], 20)).rejects.toThrow(RangeError);
    });

    test('are in the partition of their anchor', async () => {
      const store = await fresh();
      for (const anchor of ['usr_1', 'a\0b', 'ünï']) {
        const partition = store.partitionOf(anchor);
        const before = (await store.readEvents(partition, 0, 100)).length;
        await store.commit(changeOf(anchor, { append: [anchor] }));
        expect((await store.readEvents(partition, 0, 100)).length).toBe(before + 1);
      }
    });

    test('are read from every partition at once, as the text that was stored', async () => {
      const store = await fresh();
      const written = ['usr_1', 'usr_2', 'a\0b', 'ünï'].map((anchor, n) => ({
        anchor,
        event: { n, 2: '\u2028', 1: '\ud800' },
      }));
      for (const { anchor, event } of written) {
        await store.commit(changeOf(anchor, { append: ['before', event] }));
      }
      const start = new Array<number>(store.partitions).fill(0);
      const all = await store.readStreams(start, 100);
      const parsed = all.map((events) => events.map(({ sequence, text }) => ({ sequence, event: JSON.parse(text) })));
      expect(parsed.filter((events) => events.length > 0)).toEqual(await eventsOf(store));
      const texts = all.flat().map(({ text }) => text);
      expect(texts.toSorted()).toEqual(written.flatMap(({ event }) => ['"before"', JSON.stringify(event)]).toSorted());
      const ends = all.map((events) => events.at(-1)?.sequence ?? 0);
      expect((await store.readStreams(ends, 100)).flat()).toEqual([]);
      const limited = await store.readStreams(start, 1);
      expect(limited).toEqual(all.map((events) => events.slice(0, 1)));
    });

    test('are counted by the process that appends them', async () => {
      const store = await fresh();
      const before = store.appends;
      await store.commit(changeOf('anchor', { append: ['one', 'two'] }));
      expect(store.appends).toBe(before + 1);
      await store.commit(changeOf('anchor', { append: [] }));
      expect(store.appends).toBe(before + 1);
    });

    test('throws for a partition beyond the last', async () => {
      const store = await fresh();
      await expect(store.readEvents(store.partitions, 0, 10)).rejects.toThrow(RangeError);
    });
  });
}

async function partitionWithEvents(store: Awaited<ReturnType<Fresh>>): Promise<number> {
  for (let partition = 0; partition < store.partitions; partition++) {
    if ((await store.readEvents(partition, 0, 1)).length > 0) return partition;
  }
  throw new Error('No partition has events');
}
