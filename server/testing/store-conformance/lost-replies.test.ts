import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ABSENT, type Store, StoreUnavailable } from '../../kernel/ports/store.ts';
import { openRedisStore } from '../../store/redis/open-redis-store.ts';
import { type Fault, type FaultProxy, startFaultProxy } from '../fault-proxy.ts';
import { randomSequence } from '../random-sequence.ts';
import { type Product, type RedisServer, START_TIMEOUT_MS, startRedisServer } from '../redis-server.ts';
import { changeOf, eventsOf, keyOf, NOW, versionOf } from './changes.ts';

// SR-52
describe.each<Product>(['redis', 'valkey'])('connections that break around a commit (%s)', (product) => {
  let server: RedisServer;
  let proxy: FaultProxy;
  let store: Store;
  let prefix = 0;
  const key = keyOf<{ n: number }>('anchor');

  beforeAll(async () => {
    server = await startRedisServer({ product });
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    // Only commits break, not the handshake or reads.
    proxy = await startFaultProxy(server.port, 'countersign_1_commit');
    prefix += 1;
    store = await open(START_TIMEOUT_MS);
  });
  afterEach(async () => {
    await store?.close();
    await proxy?.stop();
  });

  function open(answerTimeoutMs: number): Promise<Store> {
    return openRedisStore({
      url: `redis://127.0.0.1:${proxy.port}`,
      prefix: `lost${prefix}`,
      answerTimeoutMs,
      warn: () => {},
    });
  }

  /** Breaks the next `faults.length` commits in these ways. */
  function breakNext(...faults: Fault[]): void {
    proxy.plan(() => faults.shift());
  }

  test.each<[Fault, boolean]>([
    ['before-send', false],
    ['before-reply', false],
    // The caller does not repeat it, but the store does.
    ['before-reply', true],
  ])('broken once %s: committed, once (never repeated by the caller: %s)', async (fault, once) => {
    breakNext(fault);
    const create = changeOf('anchor', {
      once,
      expect: [{ key, version: ABSENT }],
      put: [{ key, value: { n: 1 } }],
      append: ['once'],
    });
    expect(await store.commit(create)).toBe('committed');
    expect(await eventsOf(store)).toEqual([[{ sequence: 1, event: 'once' }]]);
  });

  test('broken repeatedly after sending: unavailable, and the repeat finds it done once', async () => {
    breakNext('before-reply', 'before-reply');
    const change = changeOf('anchor', {
      expect: [{ key, version: ABSENT }],
      put: [{ key, value: { n: 1 } }],
      append: ['once'],
    });
    await expect(store.commit(change)).rejects.toThrow(StoreUnavailable);
    expect(await store.commit(change)).toBe('committed');
    expect(await eventsOf(store)).toEqual([[{ sequence: 1, event: 'once' }]]);
  });

  test('broken repeatedly before sending: unavailable, and nothing was written', async () => {
    breakNext('before-send', 'before-send');
    await expect(store.commit(changeOf('anchor', { put: [{ key, value: { n: 1 } }] }))).rejects.toThrow(
      StoreUnavailable,
    );
    expect(await versionOf(store, key)).toBe(ABSENT);
  });

  test('a counter on a connection that always breaks counts every increment once', async () => {
    const random = randomSequence(52);
    proxy.plan(() => {
      const draw = random();
      if (draw < 0.15) return 'before-send';
      return draw < 0.4 ? 'before-reply' : undefined;
    });
    const raises = 60;
    for (let raise = 1; raise <= raises; raise++) {
      const change = changeOf('anchor', {
        expect: [{ key, version: await untilAnswered(() => versionOf(store, key)) }],
        put: [{ key, value: { n: raise } }],
        append: [raise],
      });
      expect(await untilAnswered(() => store.commit(change))).toBe('committed');
    }
    proxy.plan(() => undefined);
    expect((await store.getMany([key], NOW))[0]?.value).toEqual({ n: raises });
    const [events = []] = await eventsOf(store);
    expect(events.map(({ event }) => event)).toEqual(Array.from({ length: raises }, (_, n) => n + 1));
  });

  // SR-1, store side
  test('exactly one of 50 randomly delayed commits that expect the same version succeeds', async () => {
    const random = randomSequence(1);
    proxy.delay(() => random() * 20);
    const stores = await Promise.all(Array.from({ length: 5 }, () => open(START_TIMEOUT_MS)));
    await store.commit(changeOf('anchor', { put: [{ key, value: { n: 0 } }] }));
    const version = await versionOf(store, key);
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        stores[n % stores.length]?.commit(
          changeOf('anchor', { expect: [{ key, version }], put: [{ key, value: { n } }], append: [n] }),
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'conflict')).toHaveLength(49);
    expect(await eventsOf(store)).toEqual([[{ sequence: 1, event: outcomes.indexOf('committed') }]]);
    await Promise.all(stores.map((one) => one.close()));
  });

  test('a silent server: commit and check are unavailable, and recover afterwards', async () => {
    const impatient = await untilAnswered(() => open(500));
    proxy.freeze(true);
    await expect(impatient.check()).rejects.toThrow(StoreUnavailable);
    await expect(impatient.commit(changeOf('anchor', { put: [{ key, value: { n: 1 } }] }))).rejects.toThrow(
      StoreUnavailable,
    );
    proxy.freeze(false);
    await untilAnswered(() => impatient.check());
    const change = changeOf('anchor', { put: [{ key, value: { n: 2 } }] });
    expect(await untilAnswered(() => impatient.commit(change))).toBe('committed');
    await impatient.close();
  });
});

/** Retries until there is a response; bounded. */
async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || attempt === 50) throw error;
    }
  }
}
