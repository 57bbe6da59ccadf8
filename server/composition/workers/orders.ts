import type { Worker } from 'node:cluster';
import type { Logger } from '../../http/log.ts';

/** What the primary process asks of a worker, over the channel between them. */
type Order =
  /** Open the operator's socket, which one worker has. */
  | { kind: 'open-socket'; isFirst: boolean }
  /** Send the numbers for `/metrics`. */
  | { kind: 'report' }
  /** Finish, because another worker has taken over. */
  | { kind: 'hand-over' };

export function sendOrder(worker: Worker, order: Order): void {
  worker.send(order);
}

interface Orders {
  openSocket(isFirst: boolean): Promise<void>;
  report(): Promise<void>;
  handOver(): void;
}

type Channel = Pick<NodeJS.EventEmitter, 'on'> & Pick<NodeJS.Process, 'send'>;

/**
 * The worker's side. It has begun to serve.
 *
 * @param channel default: that of this process
 */
export function followOrders(
  { openSocket, report, handOver }: Orders,
  log: Pick<Logger, 'error'>,
  channel: Channel = process,
): void {
  // No code waits for it: a rejection would end the worker.
  const noteFailure = (work: Promise<void>, order: Order['kind']) =>
    void work.catch((error: unknown) => log.error({ err: error, order }, 'an order of the primary process failed'));
  channel.on('message', (order: Order) => {
    if (order.kind === 'open-socket') noteFailure(openSocket(order.isFirst), order.kind);
    else if (order.kind === 'report') noteFailure(report(), order.kind);
    else handOver();
  });
  // Sent to all processes of a terminal. The primary process decides what it means.
  channel.on('SIGHUP', () => {});
  channel.send?.('serving');
}
