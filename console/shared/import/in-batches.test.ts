import { expect, test } from 'vitest';
import { runInBatches } from './in-batches.ts';

const rows = [1, 2, 3, 4, 5];

test('resumes where it was interrupted, in the same batches, and reports each', async () => {
  const sent: number[][] = [];
  const heard: [number[], number][] = [];
  let isLost = true;
  const steps = {
    rows,
    atOnce: 2,
    async send(some: readonly number[], from: number) {
      sent.push([...some]);
      if (from === 2 && isLost) return { kind: 'lost' } as const;
      return { kind: 'done', body: { rows: some.map((row) => row * 10) } } as const;
    },
    onStep: (outcomes: readonly number[], from: number) => void heard.push([[...outcomes], from]),
    isStopped: () => false,
  };
  const broken = await runInBatches(steps);
  expect(broken).toEqual({ from: 2, answer: { kind: 'lost' } });
  isLost = false;
  expect(await runInBatches(steps, broken?.from)).toBeUndefined();
  expect(sent).toEqual([[1, 2], [3, 4], [3, 4], [5]]);
  expect(heard).toEqual([
    [[10, 20], 0],
    [[30, 40], 2],
    [[50], 4],
  ]);
});

test('stops between two batches on request', async () => {
  let count = 0;
  const send = async (some: readonly number[]) => {
    count += 1;
    return { kind: 'done' as const, body: { rows: [...some] } };
  };
  const broken = await runInBatches({ rows, atOnce: 2, send, onStep: () => undefined, isStopped: () => count === 1 });
  expect(broken).toEqual({ from: 2 });
});
