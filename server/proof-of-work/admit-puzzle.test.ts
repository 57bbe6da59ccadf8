import { expect, test } from 'vitest';
import { createProcessMemory } from '../kernel/process-memory.ts';
import { MINUTE_MS } from '../kernel/time.ts';
import { admitPuzzle, PUZZLES_PER_ADDRESS } from './admit-puzzle.ts';

const START = 30_000_000 * MINUTE_MS;
const fresh = () => ({ store: { memory: createProcessMemory() } });
const one = { address: '198.51.100.7' };
function spend(ports: ReturnType<typeof fresh>, client: { address?: string }) {
  const refusals = Array.from({ length: PUZZLES_PER_ADDRESS }, () => admitPuzzle(ports, client, START));
  expect(new Set(refusals)).toEqual(new Set([undefined]));
}

// SR-65. The attack: requests without work, each of which makes the service compute a puzzle.
test('an address that solves none of its puzzles gets no more in this minute, and the others do', () => {
  const ports = fresh();
  spend(ports, one);
  expect(admitPuzzle(ports, one, START + 59_000)).toEqual({ refused: 'RATE_LIMITED', retryAfterMs: 1_000 });
  expect(admitPuzzle(ports, { address: '198.51.100.8' }, START)).toBeUndefined();
  expect(admitPuzzle(ports, one, START + MINUTE_MS)).toBeUndefined();
});

test('an IPv6 /64 is one address, and requests without one share one', () => {
  const ports = fresh();
  spend(ports, { address: '2001:db8:1:2::1' });
  expect(admitPuzzle(ports, { address: '2001:db8:1:2:ffff::9' }, START)).toMatchObject({ refused: 'RATE_LIMITED' });
  spend(ports, {});
  expect(admitPuzzle(ports, {}, START)).toMatchObject({ refused: 'RATE_LIMITED' });
});

// SR-63
test('a clock that is set back ends the wait', () => {
  const ports = fresh();
  spend(ports, one);
  expect(admitPuzzle(ports, one, START - 1)).toBeUndefined();
});

// SR-65. The attack: so many addresses that the process runs out of memory.
test('10,000 addresses are remembered, and then the oldest is forgotten', () => {
  const ports = fresh();
  spend(ports, one);
  spend(ports, { address: '198.51.100.8' });
  for (let at = 0; at < 9_999; at++) admitPuzzle(ports, { address: `10.0.${at >> 8}.${at & 255}` }, START);
  expect(admitPuzzle(ports, { address: '10.0.0.0' }, START)).toBeUndefined();
  expect(admitPuzzle(ports, { address: '198.51.100.8' }, START)).toMatchObject({ refused: 'RATE_LIMITED' });
  expect(admitPuzzle(ports, one, START)).toBeUndefined();
});
