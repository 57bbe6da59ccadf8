import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Counter, gauge, Histogram } from './series.ts';

const counter = () => new Counter({ name: 'x_total', help: 'X.', labels: ['kind', 'outcome'] });

test('counts each combination of labels apart', () => {
  const counted = counter();
  counted.add(['sms', 'sent']);
  counted.add(['sms', 'sent'], 2);
  counted.add(['sms', 'failed']);
  expect(counted.family()).toEqual({
    name: 'x_total',
    help: 'X.',
    type: 'counter',
    aggregator: 'sum',
    values: [
      { labels: { kind: 'sms', outcome: 'sent' }, value: 3 },
      { labels: { kind: 'sms', outcome: 'failed' }, value: 1 },
    ],
  });
});

test('is 0 from the start where the combinations are known', () => {
  expect(new Counter({ name: 'x_total', help: 'X.', labels: [] }).family().values).toEqual([{ labels: {}, value: 0 }]);
  const known = new Counter({ name: 'x_total', help: 'X.', labels: ['kind'], known: [['sms'], ['email']] });
  expect(known.family().values).toEqual([
    { labels: { kind: 'sms' }, value: 0 },
    { labels: { kind: 'email' }, value: 0 },
  ]);
});

// SR-65: were a client ever to choose the value of a label, it would fill the memory of the service and of Prometheus.
test('keeps a bounded number of combinations, whatever the values are', () => {
  const [counted, observed] = [counter(), new Histogram({ name: 'x_seconds', help: 'X.', labels: ['kind'] }, [1])];
  for (let at = 0; at < 10_000; at++) {
    counted.add([`value ${at}`, 'x']);
    observed.observe([`value ${at}`], 0.5);
  }
  const { values } = counted.family();
  expect(values.length).toBe(2001);
  expect(values.at(-1)).toEqual({ labels: { kind: 'other', outcome: 'other' }, value: 8000 });
  // Two buckets, sum and count.
  expect(observed.family().values).toHaveLength(2001 * 4);
});

test('a histogram has cumulative buckets, a sum and a count', () => {
  const observed = new Histogram({ name: 'x_seconds', help: 'X.', labels: [] }, [0.1, 1]);
  for (const seconds of [0.05, 0.1, 0.5, 7]) observed.observe([], seconds);
  expect(observed.family().values).toEqual([
    { labels: { le: 0.1 }, value: 2, metricName: 'x_seconds_bucket' },
    { labels: { le: 1 }, value: 3, metricName: 'x_seconds_bucket' },
    { labels: { le: '+Inf' }, value: 4, metricName: 'x_seconds_bucket' },
    { labels: {}, value: 7.65, metricName: 'x_seconds_sum' },
    { labels: {}, value: 4, metricName: 'x_seconds_count' },
  ]);
});

test('every observation is in its bucket and all after it', () => {
  const bounds = [0.001, 0.01, 0.1, 1];
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 2, noNaN: true })), (all) => {
      const observed = new Histogram({ name: 'x_seconds', help: 'X.', labels: [] }, bounds);
      for (const one of all) observed.observe([], one);
      const { values } = observed.family();
      for (const [at, bound] of bounds.entries()) {
        expect(values[at]?.value).toBe(all.filter((one) => one <= bound).length);
      }
      expect(values.at(-1)?.value).toBe(all.length);
    }),
  );
});

test('a gauge has one number, or one for each labels', () => {
  expect(gauge('x', 'X.', 3).values).toEqual([{ labels: {}, value: 3 }]);
  const samples = [{ labels: { job: 'plans' }, value: 1 }];
  expect(gauge('x', 'X.', samples, 'max')).toEqual({
    name: 'x',
    help: 'X.',
    type: 'gauge',
    aggregator: 'max',
    values: samples,
  });
});
