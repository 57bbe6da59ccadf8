import { isIP } from 'node:net';
import { Hono } from 'hono';
import { isLoopbackHost } from '../../kernel/addresses.ts';

interface MetricsOptions {
  /** In the text format of Prometheus. */
  report(): Promise<{ text: string; contentType: string }>;
  /** True if only this machine reaches the listener. */
  isLoopback: boolean;
  onFault(error: unknown): void;
}

/**
 * `/metrics`, for a listener of its own and never for the public one: the numbers tell a stranger how a guessing attack
 * goes. They name no customer.
 */
export function metricsRoutes({ report, isLoopback, onFault }: MetricsOptions): Hono {
  const app = new Hono();
  /** A report writes to the store, to see whether it can: scrapes at the same time share one. */
  let running: ReturnType<typeof report> | undefined;
  const share = () => {
    running ??= report().finally(() => {
      running = undefined;
    });
    return running;
  };
  app.onError((error, c) => {
    onFault(error);
    return c.text('The metrics cannot be read.', 500);
  });
  app.get('/metrics', async (c) => {
    // A page in a browser of this machine could rebind its own name to loopback and read the response.
    if (isLoopback && !isOwnName(c.req.header('host'))) return c.text('Not found.', 404);
    const { text, contentType } = await share();
    return c.body(text, 200, { 'content-type': contentType, 'cache-control': 'no-store' });
  });
  app.notFound((c) => c.text('Not found.', 404));
  return app;
}

function isOwnName(host = ''): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return isLoopbackHost(name) || isIP(name) !== 0;
}
