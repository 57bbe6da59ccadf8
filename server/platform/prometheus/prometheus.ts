import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client';
import type { Family, Merge } from '../../metrics/series.ts';

/** Interval at which the lag of the event loop is measured. Each measurement wakes an idle process. */
const LAG_PRECISION_MS = 20;

/** The series of Node and of the process: memory, processor time, event loop, garbage collection, open files. */
export function collectProcess(): () => Promise<Family[]> {
  const register = new Registry();
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: LAG_PRECISION_MS });
  return async () => {
    const families = (await register.getMetricsAsJSON()) as unknown as Family[];
    return families.filter(({ name }) => !MISNAMED.test(name)).map(correct);
  };
}

/** Gauges with the name of a counter, which are the sums of those by type. */
const MISNAMED = /^nodejs_active_(?:handles|requests|resources)_total$/;

/** The library reports the time between two measurements as the lag, with the interval that it asked for. */
const LAG_WITH_INTERVAL = /^nodejs_eventloop_lag_(?:min|max|mean|p\d\d)_seconds$/;

function correct(family: Family): Family {
  const aggregator = mergeOf(family);
  if (!LAG_WITH_INTERVAL.test(family.name)) return { ...family, aggregator };
  const late = (seconds: number) => Math.max(0, seconds - LAG_PRECISION_MS / 1000);
  return { ...family, aggregator, values: family.values.map((one) => ({ ...one, value: late(one.value) })) };
}

/** A worker that lags must not disappear in an average, and a service has run since its first process started. */
function mergeOf({ name, aggregator }: Family): Merge {
  if (name.startsWith('nodejs_eventloop_lag')) return 'max';
  return name === 'process_start_time_seconds' ? 'min' : aggregator;
}

/** One report of several, each of a process. */
export async function mergeReports(reports: readonly (readonly Family[])[]): Promise<Family[]> {
  const merged = AggregatorRegistry.aggregate(reports as Family[][]);
  return (await merged.getMetricsAsJSON()) as unknown as Family[];
}

/** In the text format of Prometheus. */
export async function writeReports(
  reports: readonly (readonly Family[])[],
): Promise<{ text: string; contentType: string }> {
  const merged = AggregatorRegistry.aggregate(reports as Family[][]);
  return { text: await merged.metrics(), contentType: merged.contentType };
}
