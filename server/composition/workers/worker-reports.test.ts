import type { Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Family } from '../../metrics/series.ts';
import { mergeReports } from '../../platform/prometheus/prometheus.ts';
import { waitUntil } from '../../testing/wait-until.ts';
import { WorkerReports } from './worker-reports.ts';

const family = (name: string, type: Family['type'], value: number): Family => ({
  name,
  help: 'X.',
  type,
  aggregator: 'sum',
  values: [{ labels: { kind: 'a' }, value }],
});

/** A worker as the primary process sees it, which reports these numbers. */
function fakeWorker(reports: () => Family[]) {
  const emitter = new EventEmitter();
  const worker = Object.assign(emitter, {
    isConnected: () => true,
    send: (order: { kind: string }) => {
      if (order.kind === 'report') emitter.emit('message', { kind: 'report', families: reports() });
    },
  });
  return worker as unknown as Worker;
}

async function totals(reports: WorkerReports, workers: Worker[]): Promise<Record<string, number | undefined>> {
  const merged = await mergeReports(await reports.read(workers));
  return Object.fromEntries(merged.map(({ name, values }) => [name, values[0]?.value]));
}

test('adds up what workers have counted', async () => {
  const reports = new WorkerReports();
  const workers = [3, 4].map((value) => fakeWorker(() => [family('x_total', 'counter', value)]));
  for (const worker of workers) reports.follow(worker);
  expect(await totals(reports, workers)).toEqual({ x_total: 7 });
});

// Prometheus takes a sum that falls for a restart, and would count what is left of it a second time.
test('keeps the counters of a worker that has ended, and drops its gauges', async () => {
  const reports = new WorkerReports();
  const leaving = fakeWorker(() => [family('x_total', 'counter', 5), family('x_running', 'gauge', 2)]);
  const staying = fakeWorker(() => [family('x_total', 'counter', 1), family('x_running', 'gauge', 1)]);
  for (const worker of [leaving, staying]) reports.follow(worker);
  // Its last report, which it sends before it ends.
  leaving.emit('message', { kind: 'report', families: [family('x_total', 'counter', 6)] }, undefined);
  leaving.emit('exit', 0, '');
  await waitUntil('it is forgotten', async () => (await totals(reports, [staying])).x_total === 7);
  expect(await totals(reports, [staying])).toEqual({ x_total: 7, x_running: 1 });
  const another = fakeWorker(() => [family('x_total', 'counter', 10)]);
  reports.follow(another);
  another.emit('message', { kind: 'report', families: [family('x_total', 'counter', 10)] }, undefined);
  another.emit('exit', 0, '');
  await waitUntil('so is the next', async () => (await totals(reports, [staying])).x_total === 17);
});

test('does not wait for a worker that ends without a report', async () => {
  const reports = new WorkerReports();
  const silent = Object.assign(new EventEmitter(), { isConnected: () => true, send: () => {} }) as unknown as Worker;
  reports.follow(silent);
  const read = reports.read([silent]);
  await setImmediate();
  silent.emit('exit', 1, '');
  // Of no worker and of those that ended.
  expect(await read).toEqual([[], []]);
});

test('other messages of a worker are no report', async () => {
  const reports = new WorkerReports();
  const worker = fakeWorker(() => []);
  reports.follow(worker);
  worker.emit('message', 'serving', undefined);
  worker.emit('message', { kind: 'other', families: [family('x_total', 'counter', 1)] }, undefined);
  expect(await totals(reports, [worker])).toEqual({});
});
