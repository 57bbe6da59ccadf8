import about from '../../package.json' with { type: 'json' };
import type { Config } from '../config/load-config.ts';
import type { Logger } from '../http/log.ts';
import type { Tracer } from '../kernel/ports/tracer.ts';
import { MINUTE_MS } from '../kernel/time.ts';

/** OpenTelemetry is loaded only where traces are wanted. */
export async function openTracing({ tracing }: Config, log: Logger): Promise<Tracer | undefined> {
  if (!tracing) return undefined;
  const { openTracer } = await import('../platform/open-telemetry/tracer.ts');
  let loggedAt = Number.NEGATIVE_INFINITY;
  return openTracer({
    version: about.version,
    ...tracing,
    onFailure(error) {
      // With each batch would be every few seconds.
      if (performance.now() - loggedAt < MINUTE_MS) return;
      loggedAt = performance.now();
      log.warn({ err: error }, 'traces could not be sent');
    },
  });
}
