import { expect, test } from 'vitest';
import { createProcessMemory } from '../kernel/process-memory.ts';
import { MINUTE_MS } from '../kernel/time.ts';
import { START } from '../testing/test-ports.ts';
import { addressOf, isCalm, notePressure, pressureOn } from './pressure.ts';

const fresh = () => ({ store: { memory: createProcessMemory() } });
const one = 'address/198.51.100.7';

test('is none before anything was noted, and begins with the usual itself', () => {
  const ports = fresh();
  expect(isCalm(ports, START)).toBe(true);
  expect(pressureOn(ports, [one], START)).toBe(0);
  notePressure(ports, one, 1, START);
  expect(isCalm(ports, START)).toBe(false);
  expect(pressureOn(ports, [one], START)).toBe(1);
  expect(addressOf({})).toBe('unknown');
});

test('the same load again holds for as long again, and a lower one replaces one that is over', () => {
  const ports = fresh();
  notePressure(ports, one, 4, START);
  notePressure(ports, one, 4, START + MINUTE_MS);
  expect(pressureOn(ports, [one], START + 3 * MINUTE_MS - 1)).toBe(4);
  notePressure(ports, one, 2, START + 3 * MINUTE_MS);
  expect(pressureOn(ports, [one], START + 3 * MINUTE_MS)).toBe(2);
});

test('keeps the highest load for two minutes, and nothing below the usual', () => {
  const ports = fresh();
  notePressure(ports, one, 0.99, START);
  expect(isCalm(ports, START)).toBe(true);
  notePressure(ports, one, 4, START);
  notePressure(ports, one, 2, START + 1);
  notePressure(ports, 'process', 3, START + 1);
  expect(pressureOn(ports, [one, 'process'], START + 1)).toBe(4);
  expect(pressureOn(ports, [one, 'process'], START + 2 * MINUTE_MS)).toBe(3);
  expect(pressureOn(ports, ['codes/all'], START)).toBe(0);
  expect(isCalm(ports, START + 2 * MINUTE_MS + 1)).toBe(true);
});

test('a clock that is set back ends it', () => {
  const ports = fresh();
  notePressure(ports, one, 4, START + 60 * MINUTE_MS);
  expect(isCalm(ports, START)).toBe(true);
  expect(pressureOn(ports, [one], START)).toBe(0);
});

// SR-65. The attack: so many addresses beyond the threshold that the process runs out of memory.
test('SR-65: forgets the oldest target beyond 10,000', () => {
  const ports = fresh();
  for (let at = 0; at < 10_001; at++) notePressure(ports, `address/${at}`, 2, START);
  expect(pressureOn(ports, ['address/0'], START)).toBe(0);
  expect(pressureOn(ports, ['address/1'], START)).toBe(2);
  expect(pressureOn(ports, ['address/10000'], START)).toBe(2);
});
