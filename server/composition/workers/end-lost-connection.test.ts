import type { Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { endLostConnection } from './end-lost-connection.ts';

/** A worker as the primary process sees it. */
function fakeWorker() {
  const process = Object.assign(new EventEmitter(), { send: vi.fn(() => true) });
  const state = { isDead: false };
  const worker = Object.assign(new EventEmitter(), { process, isDead: () => state.isDead });
  endLostConnection(worker as unknown as Worker);
  let seq = 0;
  return {
    /** Returns the number that the worker's reply acknowledges. */
    hand(handle: object): number {
      seq += 1;
      (process.send as (...args: unknown[]) => boolean)({ cmd: 'NODE_CLUSTER', act: 'newconn', seq }, handle);
      return seq;
    },
    reply: (ack: number, accepted: boolean) =>
      process.emit('internalMessage', { cmd: 'NODE_CLUSTER', ack, accepted }, undefined),
    /** Messages that it has sent before may arrive later. */
    exit() {
      state.isDead = true;
      worker.emit('exit');
    },
  };
}
/** What has been sent to this process by now is read. */
const turn = async () => {
  for (let at = 0; at < 3; at++) await setImmediate();
};
const connection = () => ({ close: vi.fn() });

test('a connection that was handed over and never acknowledged ends with the worker', async () => {
  const [worker, handle] = [fakeWorker(), connection()];
  worker.hand(handle);
  worker.exit();
  await turn();
  expect(handle.close).toHaveBeenCalledOnce();
});

test('so does one that is handed over after its exit, while the channel is open', async () => {
  const [worker, handle] = [fakeWorker(), connection()];
  worker.exit();
  await turn();
  worker.hand(handle);
  expect(handle.close).toHaveBeenCalledOnce();
});

test('one that another worker has by now goes on', async () => {
  const [worker, other, handle] = [fakeWorker(), fakeWorker(), connection()];
  worker.reply(worker.hand(handle), false);
  other.hand(handle);
  worker.exit();
  await turn();
  expect(handle.close).not.toHaveBeenCalled();
});

// The attack: load, while workers are replaced. A worker that drains refuses a connection; the others are busy, so it
// waits in the primary process. Closed there, it would later be handed over closed: that worker never acknowledges it,
// and is handed no other connection again.
test.each([
  ['before its exit', ['reply', 'exit']],
  ['with its last message, which arrives after its exit', ['exit', 'reply']],
] as const)('one that the worker refused %s, and that waits for another, goes on', async (_, order) => {
  const [worker, handle] = [fakeWorker(), connection()];
  const ack = worker.hand(handle);
  for (const step of order) {
    if (step === 'reply') worker.reply(ack, false);
    else worker.exit();
  }
  await turn();
  expect(handle.close).not.toHaveBeenCalled();
});

test('a refusal of an earlier connection does not keep the last one open', async () => {
  const [worker, refused, handle] = [fakeWorker(), connection(), connection()];
  const ack = worker.hand(refused);
  worker.hand(handle);
  worker.reply(ack, false);
  worker.exit();
  await turn();
  expect(handle.close).toHaveBeenCalledOnce();
  expect(refused.close).not.toHaveBeenCalled();
});
