import { Hono } from 'hono';
import type { Ports } from '../../kernel/ports/ports.ts';
import { StoreClosed } from '../../kernel/ports/store.ts';
import { withDeadline } from '../../kernel/with-deadline.ts';
import type { AppEnv } from '../context.ts';
import { refuse } from '../problem.ts';
import type { Readiness } from '../readiness.ts';

interface HealthOptions {
  /** Timeout after which the store counts as down. Default 2000. */
  timeoutMs?: number;
}

/** The two paths, to exclude probes elsewhere. */
export const HEALTH_PATHS = ['/health/live', '/health/ready'] as const;

/**
 * `/health/live`: the process responds; it never touches the store, so that an outage of the store restarts no process.
 * `/health/ready`: the service is not stopping, its clock is trusted (SR-63), and the store can make a durable write
 * (SR-55).
 *
 * Mount it at the root.
 */
export function healthRoutes(
  { store }: Pick<Ports, 'store'>,
  readiness: Readiness,
  { timeoutMs = 2000 }: HealthOptions = {},
): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  /** Concurrent probes share one check, so that frequent probes cost the store nothing more. */
  let checking: Promise<void> | undefined;
  const check = () => {
    if (checking) return checking;
    const started = store.check().finally(() => {
      if (checking === started) checking = undefined;
    });
    checking = started;
    return started;
  };

  app.get('/health/live', (c) => c.json({ status: 'live' }));

  app.get('/health/ready', async (c) => {
    if (!readiness.ready) return refuse(c, 'UNAVAILABLE', { detail: 'The service is stopping.' });
    if (!readiness.isClockTrusted()) return refuse(c, 'CLOCK_IN_DOUBT');
    try {
      await withDeadline(check(), timeoutMs, () => new Error(`no answer within ${timeoutMs} ms`));
    } catch (error) {
      // A check that hangs is abandoned, so that the next probe checks a store that may have recovered.
      checking = undefined;
      c.get('log').warn({ err: error }, 'not ready');
      if (error instanceof StoreClosed) return refuse(c, 'STORE_MOVING', { retryAfterMs: 1000 });
      return refuse(c, 'UNAVAILABLE', { detail: 'The store does not answer.' });
    }
    // It may have started to stop meanwhile.
    return readiness.ready ? c.json({ status: 'ready' }) : refuse(c, 'UNAVAILABLE');
  });

  return app;
}
