import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Tracer } from '../../kernel/ports/tracer.ts';
import { tracePorts } from '../../metrics/trace-ports.ts';
import { createFixture, type Fixture, PASSWORD } from '../../testing/fixtures.ts';
import { openService, type Service } from '../../testing/http-service.ts';
import { openTemporaryStore } from '../../testing/temporary-store.ts';
import { openTestPorts } from '../../testing/test-ports.ts';
import { openTracer } from './tracer.ts';

interface ReportedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  status: { code?: number };
  attributes: { key: string; value: Record<string, unknown> }[];
}

/** What the receiver got: one text for each batch. */
const bodies: string[] = [];
let receiver: Server;
let failures: unknown[];
let tracer: Tracer;
let service: Service;
let scene: Fixture;
let key: string;

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';

/** The exporter reads the environment when it is made. */
function tracerTo(endpoint: string, sampler = 'parentbased_always_on', lastExportMs = 60_000): Tracer {
  const before = process.env[ENDPOINT];
  process.env[ENDPOINT] = endpoint;
  try {
    return openTracer({
      version: '1.2.3',
      sampler,
      ratio: 1,
      lastExportMs,
      onFailure: (error) => failures.push(error),
    });
  } finally {
    if (before === undefined) delete process.env[ENDPOINT];
    else process.env[ENDPOINT] = before;
  }
}

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk;
    });
    request.on('end', () => {
      bodies.push(text);
      response.end('{}');
    });
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
});
afterAll(() => {
  receiver.close();
});

beforeEach(async () => {
  failures = [];
  bodies.length = 0;
  tracer = tracerTo(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}`);
  const { store, remove } = await openTemporaryStore();
  const ports = await openTestPorts('traces', { store: tracePorts(tracer).store(store), remove });
  service = await openService('traces', ports, { tracer });
  scene = await createFixture(service.ports, { tokens: [{}] });
  key = await service.keyFor(scene.account);
});
afterEach(() => service.ports.close());

async function spans(): Promise<ReportedSpan[]> {
  await tracer.stop();
  expect(failures).toEqual([]);
  return bodies.flatMap((body) =>
    (JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: ReportedSpan[] }[] }[] }).resourceSpans.flatMap(
      (one) => one.scopeSpans.flatMap((scope) => scope.spans),
    ),
  );
}

const signIn = (more: object = {}) =>
  service.call('POST /v1/authentications', {
    key,
    body: { resource: scene.resource.id, method: 'password', user: 'alice', password: PASSWORD },
    ...more,
  });
const traceOfLine = () => service.log.lines().findLast(({ msg }) => msg === 'request')?.traceId;
const attributesOf = (span: ReportedSpan | undefined) =>
  Object.fromEntries((span?.attributes ?? []).map((one) => [one.key, Object.values(one.value)[0]]));

test('a request is a span by its route, with its calls of the store below it, and its trace in the log', async () => {
  await signIn();
  const all = await spans();
  const request = all.find(({ name }) => name === 'POST /v1/authentications');
  expect(attributesOf(request)).toEqual({
    'http.request.method': 'POST',
    'http.response.status_code': 200,
    'http.route': '/v1/authentications',
  });
  expect([request?.kind, request?.parentSpanId]).toEqual([2, undefined]);
  expect(traceOfLine()).toBe(request?.traceId);
  const below = all.filter(({ traceId, name }) => traceId === request?.traceId && name.startsWith('store '));
  expect(new Set(below.map(({ name }) => name))).toEqual(new Set(['store read', 'store commit']));
  for (const { parentSpanId } of below) expect(parentSpanId).toBe(request?.spanId);
  // What no request does is not traced.
  expect(all.filter(({ parentSpanId }) => parentSpanId === undefined)).toHaveLength(1);
});

test('a health probe has no span', async () => {
  for (const path of ['/health/live', '/health/ready']) expect((await service.call(`GET ${path}`)).status).toBe(200);
  await service.call('GET /health/other');
  expect((await spans()).map(({ name }) => name)).toEqual(['GET unmatched']);
});

// SR-35. The attack: a reader of the traces learns who signs in, or a secret.
test('no span names a user, an object, a secret, or what a client chose', async () => {
  const refused = await signIn({
    body: { resource: scene.resource.id, method: 'password', user: 'canary', password: 'canary' },
  });
  expect(refused.status).toBe(403);
  await service.call(`GET /v1/users/${scene.user.id}?canary=1`, { key, headers: { 'user-agent': 'canary' } });
  await service.call('CANARY /v1/canary', { key });
  const all = await spans();
  expect(all.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['POST /v1/authentications', 'GET /v1/users/:id', '_OTHER unmatched']),
  );
  const refusedSpan = all.find((span) => attributesOf(span)['countersign.code'] !== undefined);
  expect(attributesOf(refusedSpan)['countersign.code']).toBe('INVALID_CREDENTIALS');
  const text = bodies.join('\n');
  for (const secret of ['canary', 'CANARY', 'alice', key, scene.user.id, scene.account, scene.resource.id]) {
    expect(text).not.toContain(secret);
  }
});

describe('a traceparent', () => {
  const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
  const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };

  test('of a trusted proxy continues its trace, unless it is malformed', async () => {
    await signIn({ headers, from: '10.1.2.3' });
    expect(traceOfLine()).toBe(TRACE);
    await signIn({ headers: { traceparent: '00-zz-01' }, from: '10.1.2.3' });
    expect(traceOfLine()).toMatch(/^[0-9a-f]{32}$/);
    expect(traceOfLine()).not.toBe(TRACE);
    const all = await spans();
    expect(all.find(({ name, traceId }) => traceId === TRACE && name.startsWith('POST'))?.parentSpanId).toBe(
      '00f067aa0ba902b7',
    );
  });

  // The attack: a client puts its requests into the trace of another request, or turns recording on for a flood.
  test('of a client is ignored', async () => {
    for (const from of ['203.0.113.7', undefined]) {
      await signIn({ headers, ...(from && { from }) });
      expect(traceOfLine()).toMatch(/^[0-9a-f]{32}$/);
      expect(traceOfLine()).not.toBe(TRACE);
    }
    expect((await spans()).some(({ traceId }) => traceId === TRACE)).toBe(false);
  });
});

test('an error is marked without its message, background work has a trace of its own, and a hash its time', async () => {
  const fail = () => tracer.work('webhook', {}, () => Promise.reject(new Error('canary')));
  await expect(fail()).rejects.toThrow('canary');
  await tracer.request(undefined, async () => tracer.took('password hash', 12));
  tracer.took('password hash', 12);
  const all = await spans();
  const webhook = all.find(({ name }) => name === 'webhook');
  expect([webhook?.status.code, webhook?.parentSpanId]).toEqual([2, undefined]);
  expect(all.filter(({ name }) => name === 'password hash')).toHaveLength(1);
  expect(bodies.join()).not.toContain('canary');
});

// SR-20. The attack: the receiver of traces is down while users sign in.
test('a receiver that is down delays no request and fails none', async () => {
  const lost = tracerTo('http://127.0.0.1:1', 'always_on', 50);
  for (let at = 0; at < 3000; at++) expect(await lost.request(undefined, async () => at)).toBe(at);
  await lost.stop();
  expect(failures.length).toBeGreaterThan(0);
});

// SR-35. The attack: a reader of the logs learns what the receiver quotes of a request that it refuses.
test('a refusal of the receiver is told by its status alone', async () => {
  const refusing = createServer((_request, response) => response.writeHead(401, 'canary').end('canary'));
  refusing.listen(0, '127.0.0.1');
  await once(refusing, 'listening');
  const refused = tracerTo(`http://127.0.0.1:${(refusing.address() as AddressInfo).port}`);
  await refused.request(undefined, async () => {});
  await refused.stop();
  refusing.close();
  expect(failures).toEqual([new Error('the receiver answered 401'), new Error('the receiver answered 401')]);
});

test('the sampler decides what is recorded; the log has the trace all the same', async () => {
  const off = tracerTo(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}`, 'always_off');
  const traceId = await off.request(undefined, async (span) => span.traceId);
  expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  await off.stop();
  expect(bodies).toEqual([]);
});
