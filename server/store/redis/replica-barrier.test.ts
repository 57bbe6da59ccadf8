import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { judgeBarrier, ReplicaBarrier } from './replica-barrier.ts';

const count = fc.nat(3);

// SR-7
test('confirms only what every online replica and the primary flushed, with as many replicas as required', () => {
  fc.assert(
    fc.property(count, count, fc.nat(1), count, count, fc.integer({ min: 1, max: 3 }), (...numbers) => {
      const [asked, received, flushedHere, flushed, online, replicas] = numbers;
      const verdict = judgeBarrier({ asked, received, flushedHere, flushed, online }, replicas);
      const isSafe = online >= replicas && received >= online && flushed >= online && flushedHere === 1;
      expect(verdict === 'confirmed').toBe(isSafe);
    }),
  );
});

test('asks again if a replica came online meanwhile', () => {
  const replies = { asked: 1, received: 1, flushedHere: 1, flushed: 1, online: 2 };
  expect(judgeBarrier(replies, 1)).toBe('more');
  expect(judgeBarrier({ ...replies, asked: 2 }, 1)).toEqual({
    reason: 'replicas online: 2, of which 1 received the change and 1 flushed it',
  });
});

/** One replica, which confirms everything. */
class FakePrimary extends EventEmitter {
  readonly status = 'ready';
  hasPartition = true;

  async role() {
    return ['master', 0, [['127.0.0.1', '6380', '0']]];
  }

  async wait() {
    return 1;
  }

  async call(name: string) {
    if (name === 'WAITAOF') return [1, 1];
    if (!this.hasPartition) throw new Error('MOVED 1 127.0.0.1:6381');
    return 'committed';
  }
}

// SR-7 The attack: two failovers, there and back, that leave the connection open. The other primary used versions.
test('skips versions again on a primary that was replaced meanwhile and took over again', async () => {
  const primary = new FakePrimary();
  const barrier = new ReplicaBarrier(primary as unknown as Redis, { replicas: 1, timeoutMs: 100 });
  const firsts: boolean[] = [];
  const write = () =>
    barrier.write('cs:{p0}:', (isFirst) => {
      firsts.push(isFirst);
      return ['fcall'];
    });
  await write();
  await write();
  primary.hasPartition = false;
  await expect(write()).rejects.toThrow('MOVED');
  primary.hasPartition = true;
  await write();
  expect(firsts).toEqual([true, false, false, true]);
});
