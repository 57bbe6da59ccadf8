import { afterAll, beforeAll, expect, test } from 'vitest';
import { feedCursorDocument, feedStateDocument } from '../events/documents.ts';
import { pendingMark } from '../events/feed/feed-cursors.ts';
import { MailerUnavailable } from '../kernel/ports/mailer.ts';
import { Overloaded } from '../kernel/ports/password-hasher.ts';
import { StoreUnavailable } from '../kernel/ports/store.ts';
import type { SendOutcome } from '../kernel/send-outcome.ts';
import { DAY_MS } from '../kernel/time.ts';
import { processesDocument } from '../operations/processes/documents.ts';
import { LEASE_MS, type ProcessRecord, type ProcessRegistry } from '../operations/processes/process-registry.ts';
import { Permits } from '../platform/permits/permits.ts';
import { newOperation, transact } from '../store/transact.ts';
import { updateToken } from '../testing/as-operator.ts';
import { FakeCodeSender, FakeMailer } from '../testing/fake-senders.ts';
import { createFixture, type Fixture, unwrap } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTemporaryStore } from '../testing/temporary-store.ts';
import { openTestPorts } from '../testing/test-ports.ts';
import { Meters } from './meters.ts';
import { readGauges } from './read-gauges.ts';
import type { Family } from './series.ts';

let nowMs = 0;
let scene: Fixture;
const meters = new Meters({ monotonicMs: () => nowMs, now: () => 1_800_000_000_000 });
beforeAll(async () => {
  const { store, remove } = await openTemporaryStore();
  const ports = await openTestPorts('meters', { store: meters.store(store), remove });
  scene = await createFixture(ports, { tokens: [{}] });
});
afterAll(() => scene.ports.close());

const samplesOf = (families: readonly Family[], name: string) =>
  families.find((one) => one.name === name)?.values.map(({ labels, value }) => [...Object.values(labels), value]);
const counted = (name: string) => samplesOf(meters.metrics.families(), name);
const increased = (name: string) => counted(name)?.filter((sample) => sample.at(-1) !== 0);

// SR-14, SR-15: the operator sees the lock of a guessing attack.
test('counts the lock of a token once, by its kind', async () => {
  const { ports } = scene;
  for (let tries = 0; tries < 6; tries++) {
    const driver = await LoginDriver.toOtp(scene);
    await driver.otp('000000');
    ports.clock.advance(1000);
  }
  expect(increased('countersign_token_locks_total')).toEqual([['otp-failures', 'totp', 1]]);
  // It stays locked.
  const [token] = scene.tokens;
  unwrap(await updateToken(ports, scene.account, token?.id ?? 'tok_0', { name: 'other' }));
  expect(increased('countersign_token_locks_total')).toEqual([['otp-failures', 'totp', 1]]);
});

test('starts at 0 with what the service knows, so that an alert sees the first increase', () => {
  const { metrics } = new Meters({ monotonicMs: () => 0, now: () => 0 });
  metrics.expectJobs(['plans']);
  const started = (name: string) => samplesOf(metrics.families(), name);
  expect(started('countersign_token_locks_total')).toContainEqual(['otp-failures', 'totp', 0]);
  expect(started('countersign_limit_refusals_total')).toContainEqual(['codes', 0]);
  expect(started('countersign_mails_total')).toContainEqual(['sign-in-code', 'failed', 0]);
  expect(started('countersign_job_runs_total')).toEqual([
    ['plans', 'success', 0],
    ['plans', 'failure', 0],
  ]);
});

test('times calls to the store, and counts those that fail and those that conflict', async () => {
  const { store, remove } = await openTemporaryStore();
  try {
    const failing = {
      ...store,
      getMany: () => Promise.reject(new StoreUnavailable('gone')),
      commit: async () => 'conflict' as const,
    };
    const observed = meters.store(failing as unknown as typeof store);
    const errors = counted('countersign_store_errors_total')?.find(([operation]) => operation === 'read')?.[1];
    const [[conflicts = 0] = []] = counted('countersign_store_conflicts_total') ?? [];
    await expect(observed.getMany([], 0)).rejects.toThrow('gone');
    const change = { anchor: 'a', operation: 'o', now: 0, expect: [], append: [{ type: 'authentication' }] };
    const events = counted('countersign_events_appended_total');
    expect(await observed.commit(change)).toBe('conflict');
    expect(counted('countersign_store_errors_total')?.find(([operation]) => operation === 'read')?.[1]).toBe(
      Number(errors) + 1,
    );
    expect(counted('countersign_store_conflicts_total')).toEqual([[Number(conflicts) + 1]]);
    // What was not committed did not happen.
    expect(counted('countersign_events_appended_total')).toEqual(events);
  } finally {
    await remove();
  }
});

test('counts codes and mails by what became of them, and passes failures on', async () => {
  const [codes, mailer] = [new FakeCodeSender(), new FakeMailer()];
  const message = { id: 'm', channel: 'sms', to: '+4915112345678', language: 'en', code: '492817' } as never;
  await meters.codes({ ...codes, send: async () => {} }).send(message);
  const refusing = { ...codes, send: () => Promise.reject(new MailerUnavailable('no')) };
  await expect(meters.codes(refusing).send(message)).rejects.toBeInstanceOf(MailerUnavailable);
  const mail = { kind: 'enrolment-link', to: 'a@shop.example' } as never;
  await expect(meters.mailer({ ...mailer, send: refusing.send }).send(mail)).rejects.toBeInstanceOf(MailerUnavailable);
  expect(counted('countersign_codes_total')).toEqual([
    ['sms', 'sent', 1],
    ['sms', 'failed', 1],
    ['email', 'sent', 0],
    ['email', 'failed', 0],
  ]);
  expect(increased('countersign_mails_total')).toEqual([['enrolment-link', 'failed', 1]]);
});

// SR-65: the receiver chooses its status.
test('counts tries of webhooks by the class of the status', async () => {
  const outcomes: SendOutcome[] = [200, 204, 299, 301, 503, 0, 999].map((status) => ({ kind: 'answered', status }));
  outcomes.push({ kind: 'failed', failure: 'timed-out' });
  for (const outcome of outcomes) {
    const ask = async () => ({ type: undefined, body: new Uint8Array(), ...outcome });
    const sender = meters.webhooks({ read: (url) => ({ url }), send: async () => outcome, ask });
    expect(await sender.send({ url: 'https://hooks.example', headers: {}, body: '' })).toBe(outcome);
    await sender.ask(
      { url: 'https://hooks.example', headers: {}, body: '' },
      { timeoutMs: 2000, bodyBytes: 4096, asker: { account: 'acc_1', resource: 'res_1' } },
    );
    expect(sender.read('x')).toEqual({ url: 'x' });
  }
  for (const name of ['countersign_webhook_deliveries_total', 'countersign_hook_calls_total'])
    expect(counted(name)).toEqual([
      ['2xx', 3],
      ['3xx', 1],
      ['5xx', 1],
      ['other', 2],
      ['timed-out', 1],
    ]);
});

// A time of nearly nothing would hide how slow the hook is.
test('counts a call of a hook that was not made, and does not time it', async () => {
  const ask = () => Promise.reject(new Overloaded(2000));
  const sender = meters.webhooks({
    read: (url) => ({ url }),
    send: async () => ({ kind: 'answered', status: 200 }),
    ask,
  });
  const limits = { timeoutMs: 2000, bodyBytes: 4096, asker: { account: 'acc_1', resource: 'res_1' } };
  const timed = () => JSON.stringify(meters.metrics.hookSeconds.family().values);
  const before = timed();
  const call = sender.ask({ url: 'https://hooks.example', headers: {}, body: '' }, limits);
  await expect(call).rejects.toThrow(Overloaded);
  expect(counted('countersign_hook_calls_total')).toContainEqual(['too-many-calls', 1]);
  expect(timed()).toBe(before);
});

test('counts and times lookups of breached passwords, and passes failures on', async () => {
  const given = [async () => true, async () => false, async () => Promise.reject(new Error('no answer'))];
  for (const isListed of given)
    await meters
      .breachedPasswords({ isListed })
      .isListed('x')
      .catch(() => undefined);
  expect(counted('countersign_breached_password_lookups_total')).toEqual([
    ['listed', 1],
    ['unlisted', 1],
    ['failed', 1],
  ]);
  const seconds = meters.metrics.breachLookupSeconds.family().values;
  expect(seconds.find(({ metricName = '' }) => metricName.endsWith('_count'))?.value).toBe(3);
});

test('times hashes without their wait, and counts those that are refused', async () => {
  let at = 0;
  const permits = new Permits({
    concurrency: 1,
    maxQueue: 0,
    expectedMs: 1,
    monotonicMs: () => at,
    observer: meters.hashing,
  });
  await permits.run(async () => {
    at += 12;
    expect(() => permits.reserve()).toThrow('too many');
  });
  const seconds = meters.metrics.hashSeconds.family().values;
  expect(seconds.find(({ metricName = '' }) => metricName.endsWith('_sum'))?.value).toBe(0.012);
  expect(counted('countersign_password_hash_overloads_total')).toEqual([[1]]);
});

test('counts what consumers have read and what they have missed', async () => {
  const consumer = meters.consumer({ name: 'audit', take: async () => {} });
  const part = { partition: 0, upTo: 9, lost: { from: 3, to: 6 }, events: [{}, {}, {}] as never };
  await consumer.take({ parts: [part], byAccount: new Map() });
  expect(counted('countersign_events_consumed_total')).toEqual([['audit', 3]]);
  expect(counted('countersign_events_lost_total')?.[0]).toEqual(['audit', 4]);
});

test('counts the events that retention removes', () => {
  meters.eventsRemoved(12);
  meters.eventsRemoved(3);
  expect(counted('countersign_events_removed_total')).toEqual([[15]]);
});

test('remembers when a job last succeeded', () => {
  nowMs += 5;
  meters.jobEnded({ job: 'plans', outcome: 'success', ms: 5 });
  meters.jobEnded({ job: 'webhooks', outcome: 'failure', ms: 5 });
  expect(counted('countersign_job_runs_total')).toEqual([
    ['plans', 'success', 1],
    ['webhooks', 'failure', 1],
  ]);
  expect([...meters.jobSuccesses]).toEqual([['plans', 1_800_000_000_000]]);
});

const state = {
  version: '1.2.3',
  store: 'embedded',
  isServing: true,
  requestsRunning: 2,
  hashing: { running: 1, queued: 7, concurrency: 4 },
  jobSuccesses: new Map([['plans', 1_800_000_000_000]]),
  oldSecrets: undefined,
  keptLogs: { oldestAt: 1_790_000_000_000 },
  eventsKeptMs: 365 * DAY_MS,
  hasFeed: true,
  clock: { isTrusted: true, aheadOfStoreMs: -1500 },
  webhookBacklog: 3,
  certificate: { startsAt: 1_802_000_000_000, expiresAt: 1_810_000_000_000, isRenewalRefused: true },
};

test('reads the state of the process and of the store when it is asked', async () => {
  const families = await readGauges(scene.ports, state);
  const read = (name: string) => samplesOf(families, name);
  expect(read('countersign_ready')).toEqual([[1]]);
  expect(read('countersign_build_info')).toEqual([['1.2.3', 'embedded', 1]]);
  expect(read('countersign_password_hashes_queued')).toEqual([[7]]);
  expect(read('countersign_job_last_success_timestamp_seconds')).toEqual([['plans', 1_800_000_000]]);
  expect(read('countersign_webhook_backlog')).toEqual([[3]]);
  expect(read('countersign_tls_certificate_start_timestamp_seconds')).toEqual([[1_802_000_000]]);
  expect(read('countersign_tls_certificate_expiry_timestamp_seconds')).toEqual([[1_810_000_000]]);
  expect(read('countersign_tls_renewal_refused')).toEqual([[1]]);
  expect(read('countersign_events_oldest_timestamp_seconds')).toEqual([[1_790_000_000]]);
  expect(read('countersign_clock_trusted')).toEqual([[1]]);
  expect(read('countersign_clock_offset_seconds')).toEqual([[1.5]]);
  expect(read('countersign_old_secrets')).toBeUndefined();
  expect(read('countersign_last_backup_timestamp_seconds')).toEqual([[0]]);
  expect(read('countersign_last_full_backup_timestamp_seconds')).toEqual([[0]]);
  expect(Number(read('countersign_store_size_bytes')?.[0]?.[0])).toBeGreaterThan(0);
  expect(Number(read('countersign_store_free_bytes')?.[0]?.[0])).toBeGreaterThan(0);
  expect(read('countersign_signing_key_created_timestamp_seconds')).toHaveLength(1);
  expect(read('countersign_audit_feed_lag_seconds')).toEqual([[0]]);
  // Nothing has sealed the events of this fixture, the first of which is six seconds old.
  expect(read('countersign_events_unsealed_age_seconds')).toEqual([[6]]);
});

test('says how far the audit log reaches back, and when events are removed before their time', async () => {
  const read = async () => {
    const { keptLogs } = meters;
    const families = await readGauges(scene.ports, { ...state, keptLogs });
    const names = ['oldest_timestamp', 'reach', 'early_removal'];
    return names.map((name) => samplesOf(families, `countersign_events_${name}_seconds`));
  };
  expect(await read()).toEqual([[[0]], [[365 * 86_400]], []]);
  const { account } = scene;
  meters.eventsKept({ oldestAt: 1_790_000_000_000, early: { account, reachMs: 5 * DAY_MS, leftMs: 2 * DAY_MS } });
  expect(await read()).toEqual([[[1_790_000_000]], [[5 * 86_400]], [[2 * 86_400]]]);
});

test('counts the processes of the store that run, by version', async () => {
  const { store, clock } = scene.ports;
  const key = processesDocument.key();
  const renewedAt = clock.now();
  const record = (version: string, lateMs = 0): ProcessRecord => ({
    version,
    shape: 1,
    masterKeys: ['key-1'],
    startedAt: 0,
    renewedAt: renewedAt - lateMs,
    renewals: 1,
  });
  const many = Array.from({ length: 12 }, (_, at) => [`many-${at}`, record(`0.0.${at}`)] as const);
  const two = { p1: record('1.2.3'), p2: record('1.2.3'), p3: record('1.2.2'), gone: record('1.2.1', LEASE_MS) };
  for (const [processes, counts] of [
    [two, { '1.2.3': 2, '1.2.2': 1 }],
    [
      { ...two, ...Object.fromEntries(many) },
      { '1.2.3': 2, '0.0.5': 1, other: 6 },
    ],
  ] as const) {
    const value: ProcessRegistry = { processes, required: { shape: 1, version: '1.2.2' } };
    const change = { anchor: key.anchor, operation: newOperation(scene.ports), now: renewedAt, expect: [] };
    await store.commit({ ...change, put: [{ key, value }] });
    const samples = samplesOf(await readGauges(scene.ports, state), 'countersign_processes') ?? [];
    expect(Object.fromEntries(samples as [string, number][])).toMatchObject(counts);
    expect(samples.length).toBeLessThanOrEqual(9);
  }
});

test('the lag of the audit feed counts from when it had sent everything', async () => {
  const { ports, account } = scene;
  const lag = async () => samplesOf(await readGauges(ports, state), 'countersign_audit_feed_lag_seconds');
  const key = feedStateDocument.key();
  const value = { until: 0, caughtUpAt: ports.clock.now() - 90_000 };
  const write = { put: [{ key, value }] };
  await transact(ports, key.anchor, [key], () => ({ answer: undefined, write }));
  expect(await lag()).toEqual([[0]]);
  const mark = pendingMark(account);
  const cursor = feedCursorDocument.key(account);
  await transact(ports, cursor.anchor, [cursor], () => ({ answer: undefined, write: { index: [mark] } }));
  expect(await lag()).toEqual([[90]]);
  meters.sent(3);
  meters.missed(2);
  expect(counted('countersign_audit_feed_events_total')).toEqual([[3]]);
  expect(counted('countersign_audit_feed_missed_segments_total')).toEqual([[2]]);
});

// SR-55: a dead store must not blind its operator.
test('says that it is not ready without the store, and still tells what it knows', async () => {
  const gone = () => Promise.reject(new StoreUnavailable('gone'));
  const store = {
    ...scene.ports.store,
    check: gone,
    measure: gone,
    getMany: gone,
    range: gone,
    partitions: 1,
    readStreams: gone,
  };
  const families = await readGauges({ store: store as never, clock: scene.ports.clock }, state);
  expect(samplesOf(families, 'countersign_ready')).toEqual([[0]]);
  expect(samplesOf(families, 'countersign_password_hashes_running')).toEqual([[1]]);
  expect(samplesOf(families, 'countersign_store_size_bytes')).toBeUndefined();
  const inDoubt = await readGauges(scene.ports, { ...state, clock: { isTrusted: false } });
  expect(samplesOf(inDoubt, 'countersign_clock_trusted')).toEqual([[0]]);
  const stopping = await readGauges(scene.ports, { ...state, isServing: false });
  expect(samplesOf(stopping, 'countersign_ready')).toEqual([[0]]);
});
