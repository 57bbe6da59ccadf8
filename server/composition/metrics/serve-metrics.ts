import { listen, type RunningServer } from '../../http/listen.ts';
import type { Logger } from '../../http/log.ts';
import { metricsRoutes } from '../../http/well-known/metrics.ts';
import { isLoopbackHost } from '../../kernel/addresses.ts';
import type { Family } from '../../metrics/series.ts';

/** A few scrapers. */
const MAX_CONNECTIONS = 32;

/**
 * Serves `/metrics` on a listener of its own.
 *
 * @param readReports the report of each process
 * @throws the error of the socket (such as EADDRINUSE)
 */
export async function serveMetrics(
  address: { readonly host: string; readonly port: number },
  readReports: () => Promise<Family[][]>,
  log: Logger,
): Promise<RunningServer> {
  // Loaded only where metrics are wanted.
  const { writeReports } = await import('../../platform/prometheus/prometheus.ts');
  const onFault = (error: unknown) => log.error({ err: error }, 'the metrics could not be read');
  const app = metricsRoutes({
    report: async () => writeReports(await readReports()),
    isLoopback: isLoopbackHost(address.host),
    onFault,
  });
  const timeouts = { drainMs: 0, shutdownMs: 1000 };
  const server = await listen(app.fetch, { ...address, maxConnections: MAX_CONNECTIONS, timeouts, onFault });
  log.info({ listening: `${server.url}/metrics` }, 'serving metrics');
  return server;
}
