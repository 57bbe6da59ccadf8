import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeBarrier } from './replica-barrier.ts';

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
