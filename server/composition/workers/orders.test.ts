import { EventEmitter } from 'node:events';
import { expect, test, vi } from 'vitest';
import { uncaughtDuring } from '../../testing/uncaught-errors.ts';
import { followOrders } from './orders.ts';

// The attack: the store is away for the moment in which a worker reads it to announce the setup, or its numbers.
test('SR-56: an order that fails is logged, and does not end the worker', async () => {
  const fault = new Error('the store is unavailable');
  const error = vi.fn();
  const send = vi.fn(() => true);
  const channel = Object.assign(new EventEmitter(), { send });
  const fail = () => Promise.reject(fault);
  const handOver = vi.fn();
  const uncaught = await uncaughtDuring(async () => {
    followOrders({ openSocket: fail, report: fail, handOver }, { error }, channel);
    channel.emit('message', { kind: 'open-socket', isFirst: true });
    channel.emit('message', { kind: 'report' });
  });
  expect(uncaught).toEqual([]);
  expect(error.mock.calls.map(([facts]) => facts)).toEqual([
    { err: fault, order: 'open-socket' },
    { err: fault, order: 'report' },
  ]);
  expect(send.mock.calls).toEqual([['serving']]);
  expect(handOver).not.toHaveBeenCalled();
  channel.emit('message', { kind: 'hand-over' });
  expect(handOver).toHaveBeenCalledOnce();
});
