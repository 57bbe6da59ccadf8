import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { archiveSegments } from '../server/events/archive-segments.ts';
import { type EventFilter, listEvents } from '../server/events/list-events.ts';
import type { AccountEvent } from '../server/kernel/event.ts';
import { DAY_MS } from '../server/kernel/time.ts';
import { openEmbeddedStore } from '../server/store/lmdb/open-embedded-store.ts';
import { openRedisStore } from '../server/store/redis/open-redis-store.ts';
import { operatorContext } from '../server/testing/as-operator.ts';
import { sealEvents } from '../server/testing/consuming.ts';
import { append, type StreamPorts, sampleEvent, streamPortsOver } from '../server/testing/event-stream.ts';
import { unwrap } from '../server/testing/fixtures.ts';
import { startRedisServer } from '../server/testing/redis-server.ts';
import { accountId, resourceId, tokenId, userId } from '../server/testing/samples.ts';
import { openTemporaryArchive } from '../server/testing/temporary-archive.ts';

/**
 * Measures how long the first page of a search in the audit log takes, in the store and in the archive, over sign-ins of
 * 20,000 users of one account, one a second: `npx tsx bench/event-search.ts --events 1000000 --store redis`.
 */
const { values } = parseArgs({
  options: { events: { type: 'string', default: '100000' }, store: { type: 'string', default: 'embedded' } },
});
const count = Number(values.events);
const ACCOUNT = accountId(1);
const RUNS = 5;
const BATCH = 2000;

const SEARCHES: readonly (readonly [string, EventFilter])[] = [
  ['all', {}],
  ['the first event of all, by its type', { type: 'user.created' }],
  ['a type without events', { type: 'user.deleted' }],
  ['refused, one in twenty', { outcome: 'refused' }],
  ['refused with a reason without events', { outcome: 'refused', reason: 'PLAN_INACTIVE' }],
  ['one user, by type and resource', { subject: userId(77), type: 'authentication', resource: resourceId(0) }],
  ['a user without events', { subject: userId(99_999_999) }],
  ['a resource without events', { resource: resourceId(1), outcome: 'granted', type: 'authentication' }],
];

const folder = await mkdtemp(join(tmpdir(), 'countersign-search-'));
const archive = await openTemporaryArchive();
const closing: (() => Promise<unknown>)[] = [archive.delete, () => rm(folder, { recursive: true })];

try {
  const ports = await streamPortsOver(await openStore(), 'search', archive);
  await timed(`append and seal ${count} events`, () => fill(ports));
  await search(ports, 'store');
  ports.clock.advance(2 * DAY_MS);
  await timed('archive', () => archiveSegments(ports, archive));
  await search(ports, 'archive');
} finally {
  for (const close of closing.reverse()) await close();
}

async function openStore() {
  if (values.store === 'embedded') {
    const store = await openEmbeddedStore({ path: join(folder, 'store') });
    closing.push(() => store.close());
    return store;
  }
  const server = await startRedisServer({ product: 'redis' });
  closing.push(() => server.stop());
  const store = await openRedisStore({ url: `redis://127.0.0.1:${server.port}`, partitions: 1 });
  closing.push(() => store.close());
  return store;
}

async function fill(ports: StreamPorts): Promise<void> {
  for (let from = 0; from < count; from += BATCH) {
    const events = Array.from({ length: Math.min(BATCH, count - from) }, (_, at) => eventOf(ports, from + at));
    for (let at = 0; at < events.length; at += 100) await append(ports, 'thing', events.slice(at, at + 100));
    ports.clock.advance(1000 * events.length);
    await sealEvents(ports);
  }
}

function eventOf(ports: StreamPorts, number: number): AccountEvent {
  const at = ports.clock.now() + 1000 * (number % BATCH);
  const user = userId(number % 20_000);
  if (number === 0) return { ...sampleEvent(0), account: ACCOUNT, at, type: 'user.created', subject: user };
  const usual = { ...sampleEvent(2), account: ACCOUNT, at, resource: resourceId(0), subject: user } as const;
  const event: AccountEvent = { ...usual, actor: { kind: 'user', id: user }, related: [tokenId(number % 20_000)] };
  return number % 20 === 1 ? { ...event, outcome: 'refused', reason: 'OTP_WRONG', factors: [] } : event;
}

async function search(ports: StreamPorts, where: string): Promise<void> {
  const { actor } = operatorContext(ACCOUNT);
  for (const [name, filter] of SEARCHES) {
    const times: number[] = [];
    let found = '';
    for (let run = 0; run < RUNS; run++) {
      const start = performance.now();
      const { items, next } = unwrap(await listEvents(ports, actor, filter, { limit: 20 }));
      times.push(performance.now() - start);
      found = `${items.length} events${next === null ? ', the last page' : ''}`;
    }
    times.sort((a, b) => a - b);
    console.log(
      `${where}: ${name}: ${times[RUNS >> 1]?.toFixed(1)} ms (at most ${times.at(-1)?.toFixed(1)}), ${found}`,
    );
  }
}

async function timed(name: string, work: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  await work();
  console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
