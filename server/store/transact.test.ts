import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { StoreUnavailable } from '../kernel/ports/store.ts';
import { keyOf } from '../testing/store-conformance/changes.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { Contention, MAX_WAITING_CHANGES, newOperation, transact } from './transact.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('transact');
});
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());

const counter = (anchor: string) => keyOf<number>(anchor, 'counter');
function add(anchor: string, over = ports): Promise<number> {
  const key = counter(anchor);
  return transact(over, anchor, [key], ([stored]) => {
    const next = (stored?.value ?? 0) + 1;
    return { answer: next, write: { put: [{ key, value: next }] } };
  });
}

describe('a decision', () => {
  test('is made again on the current documents after a conflict: none is lost', async () => {
    const replica = ports.replica();
    const seen = await Promise.all(Array.from({ length: 10 }, (_, at) => add('busy', at % 2 ? ports : replica)));
    expect([...seen].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('SR-56: after a conflict queues with the others, so that 200 at once succeed, and too many are refused', async () => {
    let conflicts = 0;
    ports.store.intercept = {
      async commit(_change, go) {
        const outcome = await go();
        if (outcome === 'conflict') conflicts += 1;
        return outcome;
      },
    };
    const seen = await Promise.all(Array.from({ length: 200 }, () => add('crowded')));
    expect(new Set(seen).size).toBe(200);
    // Each conflicts once at most, instead of with all that are faster.
    expect(conflicts).toBeLessThan(200);
    const flood = await Promise.allSettled(Array.from({ length: MAX_WAITING_CHANGES + 50 }, () => add('flooded')));
    const refused = flood.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(49);
    for (const one of refused) expect(one).toMatchObject({ reason: expect.any(Contention) });
    expect(await add('flooded')).toBe(MAX_WAITING_CHANGES + 2);
  });

  // The attack: an outage in which each change that waits holds its request for a timeout of its own.
  test('SR-56: that waits when the store fails, fails at once with the one before it', async () => {
    let commits = 0;
    ports.store.intercept = {
      async commit(_change, go) {
        commits += 1;
        if (commits <= 100) return commits === 1 ? go() : 'conflict';
        throw new StoreUnavailable('no answer in time');
      },
    };
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => add('cut off')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of outcomes) {
      if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(StoreUnavailable);
    }
    expect(commits).toBe(101);
    ports.store.intercept = {};
    expect(await add('cut off')).toBe(2);
  });

  test('about other documents waits for none of them', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    ports.store.intercept = {
      async commit(change, go) {
        if (change.anchor !== 'held') return go();
        await held;
        return 'conflict';
      },
    };
    const stuck = Promise.allSettled([add('held'), add('held')]);
    expect(await add('free')).toBe(1);
    release();
    expect((await stuck).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  test('without a write commits nothing', async () => {
    const before = ports.store.commits.length;
    expect(await transact(ports, 'quiet', [counter('quiet')], () => ({ answer: 'read' }))).toBe('read');
    expect(ports.store.commits).toHaveLength(before);
  });

  test('fails as contention after twelve lost tries, and not earlier', async () => {
    let tries = 0;
    ports.store.intercept = {
      async commit() {
        tries += 1;
        return 'conflict';
      },
    };
    await expect(add('lost')).rejects.toThrow(Contention);
    expect(tries).toBe(12);
  });

  test('is not repeated if the store is unavailable', async () => {
    let tries = 0;
    ports.store.intercept = {
      async commit() {
        tries += 1;
        throw new StoreUnavailable('no answer');
      },
    };
    await expect(add('unsure')).rejects.toThrow(StoreUnavailable);
    expect(tries).toBe(1);
  });

  test('gives each try an operation of its own', async () => {
    const operations = new Set<string>();
    ports.store.intercept = {
      async commit(change, go) {
        operations.add(change.operation);
        return operations.size < 3 ? 'conflict' : go();
      },
    };
    expect(await add('tries')).toBe(1);
    expect(operations.size).toBe(3);
  });
});

describe('the id of a change', () => {
  test('begins with its instant, so that ordered stores keep neighbours together, and cannot be guessed', () => {
    const earlier = [newOperation(ports), newOperation(ports)].sort();
    ports.clock.advance(1);
    const later = newOperation(ports);
    expect([...earlier, later].sort()).toEqual([...earlier, later]);
    expect(new Set([...earlier, later].map((id) => id.split('-', 1)[0])).size).toBe(2);
    // 128 random bits.
    for (const id of [...earlier, later]) expect(id.slice(id.indexOf('-') + 1)).toMatch(/^[\w-]{22}$/);
  });
});
