import type { Worker } from 'node:cluster';

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
  openSocket(isFirst: boolean): void;
  report(): void;
  handOver(): void;
}

/** The worker's side. It has begun to serve. */
export function followOrders({ openSocket, report, handOver }: Orders): void {
  process.on('message', (order: Order) => {
    if (order.kind === 'open-socket') openSocket(order.isFirst);
    else if (order.kind === 'report') report();
    else handOver();
  });
  // Sent to all processes of a terminal. The primary process decides what it means.
  process.on('SIGHUP', () => {});
  process.send?.('serving');
}
