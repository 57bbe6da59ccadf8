import type { EventConsumer } from '../events/consume-events.ts';
import type { ServiceMetrics } from './service-metrics.ts';

/** The same consumer, whose events are counted once it has taken them. */
export function observeConsumer(consumer: EventConsumer, metrics: ServiceMetrics): EventConsumer {
  const { name } = consumer;
  return {
    ...consumer,
    async take(batch) {
      await consumer.take(batch);
      for (const { events, lost } of batch.parts) {
        metrics.eventsConsumed.add([name], events.length);
        if (lost) metrics.eventsLost.add([name], lost.to - lost.from + 1);
      }
    },
  };
}
