import fc from 'fast-check';
import { expect, test } from 'vitest';
import { yieldToEventLoop } from '../../kernel/yield-to-event-loop.ts';
import { TurnBudget } from './turn-budget.ts';

const KIB = 1024;
const MANY = 33;
const FEW = 32;

test('a read of many records waits for the next turn after 256 KiB, a read of few after 1 MiB', async () => {
  const budget = new TurnBudget();
  budget.spend(256 * KIB - 1);
  expect([budget.isSpent, budget.turnToAwait(MANY)]).toEqual([false, undefined]);
  budget.spend(1);
  expect([budget.isSpent, budget.turnToAwait(FEW)]).toEqual([true, undefined]);
  expect(budget.turnToAwait(MANY)).toBeInstanceOf(Promise);
  budget.spend(768 * KIB - 1);
  expect(budget.turnToAwait(FEW)).toBeUndefined();
  budget.spend(1);
  expect(budget.turnToAwait(FEW)).toBeInstanceOf(Promise);
});

test('the next turn has a budget of its own', async () => {
  const budget = new TurnBudget();
  for (let turn = 0; turn < 3; turn++) {
    budget.spend(2048 * KIB);
    await budget.turnToAwait(FEW);
    expect([budget.isSpent, budget.turnToAwait(MANY)]).toEqual([false, undefined]);
  }
});

test('what one turn reads is not counted for the next', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(256 * KIB - 1), { maxLength: 8 }), async (turns) => {
      const budget = new TurnBudget();
      for (const bytes of turns) {
        budget.spend(bytes);
        expect(budget.isSpent).toBe(false);
        await yieldToEventLoop();
      }
    }),
  );
});

test('reads that wait at the same time await the same turn', async () => {
  const budget = new TurnBudget();
  budget.spend(1024 * KIB);
  const [one, other] = [budget.turnToAwait(MANY), budget.turnToAwait(FEW)];
  expect(one).toBe(other);
  budget.spend(1);
  expect(budget.turnToAwait(FEW)).toBe(one);
});
