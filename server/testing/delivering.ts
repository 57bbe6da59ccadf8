import { consumeEvents } from '../events/consume-events.ts';
import type { Logger } from '../http/log.ts';
import { startScheduler } from '../jobs/scheduler.ts';
import { createDeliveryWorker, type DeliveryWorker } from '../webhooks/delivery-worker.ts';

/** A delivery worker that runs turns in quick succession. */
export function startDelivering(
  ports: Parameters<typeof createDeliveryWorker>[0],
  log: Logger,
  times: { everyMs: number; discoverMs: number },
): DeliveryWorker {
  const worker = createDeliveryWorker(ports, log, times);
  const turn = async () => {
    await consumeEvents(ports, [worker.consumer]);
    await worker.turn();
  };
  const job = { name: 'webhooks', everyMs: times.everyMs, processes: 'every', run: turn } as const;
  const scheduler = startScheduler(ports, [job], log);
  const stop = async (withinMs: number) => {
    await Promise.all([worker.stop(withinMs), scheduler.stop()]);
  };
  return {
    consumer: worker.consumer,
    get backlog() {
      return worker.backlog;
    },
    turn,
    stop,
  };
}
