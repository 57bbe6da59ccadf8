import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { onStopSignal } from './stop-signals.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function listen(isWorker = false) {
  const signals = new EventEmitter();
  const stops: string[] = [];
  onStopSignal((signal) => stops.push(signal), isWorker, signals);
  return { stops, send: (signal: NodeJS.Signals) => signals.emit(signal, signal) };
}

test.each(['SIGTERM', 'SIGINT'] as const)('after %s, a Ctrl-C ends the process at once', (first) => {
  const { send, stops } = listen();
  send(first);
  vi.advanceTimersByTime(1000);
  // No listener is left: the default of the signal is to end the process.
  expect(send('SIGINT')).toBe(false);
  expect(stops).toEqual([first]);
});

test('one Ctrl-C that arrives from the terminal and from a program between counts once', () => {
  const { send, stops } = listen();
  send('SIGINT');
  vi.advanceTimersByTime(900);
  expect(send('SIGINT')).toBe(true);
  expect(stops).toEqual(['SIGINT']);
});

test('a further SIGTERM does nothing, however late, as service managers send it to every process', () => {
  const { send, stops } = listen();
  send('SIGTERM');
  vi.advanceTimersByTime(60_000);
  expect(send('SIGTERM')).toBe(true);
  expect(stops).toEqual(['SIGTERM']);
});

test('in a worker, the primary process decides', () => {
  const { send, stops } = listen(true);
  send('SIGINT');
  vi.advanceTimersByTime(60_000);
  expect(send('SIGINT')).toBe(true);
  expect(stops).toEqual(['SIGINT']);
});
