import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventIndexes } from '../../events/documents.ts';
import { dropOldSegments, findEarlyRemovals } from '../../events/drop-old-segments.ts';
import { listEvents } from '../../events/list-events.ts';
import { readStatistics } from '../../events/read-statistics.ts';
import type { AccountEvent } from '../../kernel/event.ts';
import { StoreUnavailable } from '../../kernel/ports/store.ts';
import { verifyAuditExport } from '../../platform/jose/audit-statements.ts';
import { operatorContext } from '../as-operator.ts';
import { countSignIns, sealEvents } from '../consuming.ts';
import { append, eventsIn, linesOfExport, type StreamPorts, sampleEvent, streamPortsOver } from '../event-stream.ts';
import { unwrap } from '../fixtures.ts';
import { touches } from '../intercepted-store.ts';
import { accountId, resourceId } from '../samples.ts';
import { START } from '../test-ports.ts';
import { ACCOUNTS, expectCounted, expectSealedOnce } from './consumer-expectations.ts';
import type { Fresh } from './harness.ts';

const KEPT = { keptDays: 400 };
const options = { batchSize: 40 };

const step = fc.oneof(
  fc.record({ kind: fc.constant('append' as const), anchor: fc.nat(9), count: fc.integer({ min: 1, max: 60 }) }),
  fc.record({
    kind: fc.constantFrom('seal' as const, 'count' as const),
    /** The commit at which the process ends: none, or before or after it reaches the store. */
    cut: fc.option(fc.record({ at: fc.nat(6), after: fc.boolean() }), { nil: undefined }),
    both: fc.boolean(),
  }),
);

/** Consumers of events, and their documents. */
export function consumerBehaviour(fresh: Fresh): void {
  describe('consumers of events', () => {
    test('SR-34: a kill at any commit and a second process neither lose nor repeat an event', async () => {
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
          const ports = await streamPortsOver(await fresh(), `consumers-${run++}`);
          const appended: AccountEvent[] = [];
          for (const one of steps) {
            if (one.kind === 'append') {
              const events = Array.from({ length: one.count }, (_, at) => sampleEvent(appended.length + at));
              await append(ports, `thing-${one.anchor}`, events);
              appended.push(...events);
              continue;
            }
            cutAt(ports, one.cut);
            const work = one.kind === 'seal' ? sealEvents : countSignIns;
            await Promise.allSettled([
              work(ports, { ...KEPT, ...options }),
              ...(one.both ? [work(ports.second, { ...KEPT, ...options })] : []),
            ]);
            cutAt(ports, undefined);
          }
          await sealEvents(ports, options);
          await countSignIns(ports, { ...KEPT, ...options });
          await expectSealedOnce(ports, appended);
          await expectCounted(ports, appended);
        }),
        { numRuns: 25 },
      );
    });

    test('SR-34: a process that slept between read and commit does not repeat what others consumed', async () => {
      const ports = await streamPortsOver(await fresh(), 'slept');
      const appended = Array.from({ length: 30 }, (_, at) => sampleEvent(at));
      await append(ports, 'thing', appended);
      for (const work of [sealEvents, countSignIns] as const) {
        let slept = false;
        ports.store.intercept = {
          commit: async (change, go) => {
            if (!slept && (touches(change, 'chain') || touches(change, 'statistics'))) {
              slept = true;
              const more = Array.from({ length: 30 }, (_, at) => sampleEvent(appended.length + at));
              await append(ports.second, 'thing', more);
              appended.push(...more);
              await work(ports.second, KEPT);
            }
            return go();
          },
        };
        await work(ports, KEPT);
        expect(slept).toBe(true);
        expect(ports.store.commits.some(({ outcome }) => outcome === 'conflict')).toBe(true);
        ports.store.intercept = {};
      }
      await sealEvents(ports);
      await countSignIns(ports, KEPT);
      await expectSealedOnce(ports, appended);
      await expectCounted(ports, appended);
    });

    test('SR-34: events that the stream dropped before they were sealed are recorded as lost in every chain', async () => {
      const ports = await streamPortsOver(await fresh({ eventCap: 20 }), 'gap');
      await append(ports, 'thing', [0, 1, 2].map(sampleEvent));
      await sealEvents(ports);
      await countSignIns(ports, KEPT);
      for (let at = 0; at < 10; at++)
        await append(
          ports,
          'thing',
          Array.from({ length: 5 }, () => sampleEvent(3)),
        );
      await sealEvents(ports);
      await countSignIns(ports, KEPT);
      for (const account of ACCOUNTS) {
        const lines = await linesOfExport(ports, account);
        const lost = eventsIn(lines).filter(({ event }) => event.type === 'events.lost');
        expect(lost.map(({ event }) => event.lost)).toMatchObject([{ from: 4, to: 33 }]);
        const report = await verifyAuditExport(lines, ports.signer.publicKeys());
        expect(report).toMatchObject({ ok: true, findings: [], lost: 30 });
        const { days } = unwrap(await readStatistics(ports, operatorContext(account).actor, {}));
        expect(days.at(-1)?.complete).toBe(false);
      }
      // Reported once: the next run reports nothing.
      await append(ports, 'thing', [sampleEvent(0)]);
      await sealEvents(ports);
      const again = eventsIn(await linesOfExport(ports, accountId(1)));
      expect(again.filter(({ event }) => event.type === 'events.lost')).toHaveLength(1);
    });

    test('old segments are removed with their index entries, and the rest is verifiable from the first retained one', async () => {
      const ports = await streamPortsOver(await fresh(), 'retention');
      const [account = accountId(1)] = ACCOUNTS;
      for (let at = 0; at < 12; at++) {
        await append(
          ports,
          `thing-${at}`,
          Array.from({ length: 9 }, (_, of) => sampleEvent(at * 9 + of)),
        );
        await sealEvents(ports);
        ports.clock.advance(60_000);
      }
      const whole = await verifyAuditExport(await linesOfExport(ports, account), ports.signer.publicKeys());
      expect(whole).toMatchObject({ ok: true, first: 1, segments: 12, events: 36 });

      // By age: sealed more than six minutes ago.
      expect(await dropOldSegments(ports, { keptMs: 360_000, mostEvents: 1000 })).toBe(18);
      await expectKept(ports, { first: 7, events: 18 });
      // By number.
      await dropOldSegments(ports, { keptMs: 1e9, mostEvents: 10 });
      await expectKept(ports, { first: 9, events: 12 });
      const kept: unknown[] = [];
      const onKept = (log: object) => kept.push(log);
      const byNumber = { keptMs: 1e9, mostEvents: 10 };
      expect(await dropOldSegments(ports, byNumber, { onKept })).toBe(0);
      // Twelve events of four minutes: ten would be of 200 seconds, and are removed already.
      const early = { reachMs: 200_000, leftMs: 0 };
      const found: unknown[] = [];
      for await (const one of findEarlyRemovals(ports, byNumber)) found.push(one);
      expect(found).toEqual(ACCOUNTS.map((one) => ({ account: one, ...early })));
      // All of it: the chain continues from its head.
      ports.clock.advance(2e9);
      await dropOldSegments(ports, byNumber, { onKept });
      // The ninth of the twelve, a minute apart.
      expect(kept).toEqual([{ oldestAt: START + 8 * 60_000, early: { account, ...early } }, {}]);
      await expectKept(ports, { first: 13, events: 0 });
      await append(ports, 'thing', [sampleEvent(0)]);
      await sealEvents(ports);
      const known = { number: whole.head?.number ?? 0, hash: whole.head?.hash ?? '' };
      const lines = await linesOfExport(ports, account);
      const report = await verifyAuditExport(lines, ports.signer.publicKeys(), { known });
      expect(report).toMatchObject({ ok: true, first: 13, segments: 1 });
    });
  });
}

async function expectKept(ports: StreamPorts, expected: { first: number; events: number }): Promise<void> {
  for (const account of ACCOUNTS) {
    const lines = await linesOfExport(ports, account);
    const report = await verifyAuditExport(lines, ports.signer.publicKeys());
    expect(report).toMatchObject({ ok: true, findings: [], events: expected.events });
    expect(JSON.parse(lines[0] ?? '{}').segment).toBe(expected.events === 0 ? undefined : expected.first);
    const { items } = unwrap(await listEvents(ports, operatorContext(account).actor, {}, { limit: 200 }));
    expect(items.map(({ id }) => id).sort()).toEqual(
      eventsIn(lines)
        .map(({ id }) => id)
        .sort(),
    );
    // The index has an entry for each second of each kept segment, and no other.
    const kept = bySegment(lines);
    const seconds = (of: typeof kept) => new Set(of.map(({ segment, second }) => `${segment} ${second}`)).size;
    expect(await ports.store.range(eventIndexes.all(account), { limit: 1000 })).toHaveLength(seconds(kept));
    const about = await ports.store.range(eventIndexes.about(account, resourceId(1)), { limit: 1000 });
    expect(about).toHaveLength(seconds(kept.filter(({ event }) => event.resource === resourceId(1))));
  }
}

function bySegment(lines: readonly string[]): { segment: number; second: number; event: AccountEvent }[] {
  let segment = 0;
  return lines.flatMap((line) => {
    const read = JSON.parse(line) as { segment?: number; event?: AccountEvent };
    segment = read.segment ?? segment;
    return read.event ? [{ segment, second: Math.floor(read.event.at / 1000), event: read.event }] : [];
  });
}

/** Ends a process at its nth commit from now: nothing it does afterwards reaches the store. */
export function cutAt({ store }: StreamPorts, cut: { at: number; after: boolean } | undefined): void {
  let commits = 0;
  let dead = false;
  const ended = () => new StoreUnavailable('the process was killed');
  if (!cut) {
    store.intercept = {};
    return;
  }
  store.intercept = {
    read: () => {
      if (dead) throw ended();
    },
    commit: async (_, go) => {
      if (dead) throw ended();
      if (commits++ < cut.at) return go();
      dead = true;
      if (cut.after) await go();
      throw ended();
    },
  };
}
