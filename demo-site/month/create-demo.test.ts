import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountDocument } from '../../server/accounts/documents.ts';
import { listApiKeys } from '../../server/api-keys/read-api-keys.ts';
import { readStatistics } from '../../server/events/read-statistics.ts';
import type { AccountEvent } from '../../server/kernel/event.ts';
import { DAY_MS } from '../../server/kernel/time.ts';
import { checkLeftovers } from '../../server/operations/maintenance/doctor.ts';
import { verifyAuditExport } from '../../server/platform/jose/audit-statements.ts';
import { operatorContext } from '../../server/testing/as-operator.ts';
import { openDemoPorts } from '../../server/testing/demo-ports.ts';
import { eventsIn, linesOfExport } from '../../server/testing/event-stream.ts';
import { read, unwrap } from '../../server/testing/fixtures.ts';
import type { TestPorts } from '../../server/testing/test-ports.ts';
import { readBook } from '../../server/webhooks/edit-webhook.ts';
import { readDeliveries } from '../../server/webhooks/read-deliveries.ts';
import { createDemo } from './create-demo.ts';
import type { Demo } from './demo.ts';

const KEPT_DAYS = 800;

describe('the month before the first start of a demo', () => {
  let ports: TestPorts;
  let demo: Demo;
  let lines: string[];
  let events: AccountEvent[];
  beforeAll(async () => {
    ports = await openDemoPorts('demo-month');
    demo = await createDemo(ports, KEPT_DAYS);
    lines = await linesOfExport(ports, demo.account);
    events = eventsIn(lines).map(({ event }) => event);
  });
  afterAll(() => ports.close());

  test('has sign-ins of every outcome, and what administrators and users did about them', () => {
    const reasons = new Set(events.filter(({ type }) => type === 'authentication').map(({ reason }) => reason));
    for (const reason of [undefined, 'INVALID_CREDENTIALS', 'OTP_WRONG', 'TOKEN_LOCKED', 'FILTER_DENIED']) {
      expect(reasons).toContain(reason);
    }
    const types = new Set(events.map(({ type }) => type));
    for (const type of [
      'administrator.signed-in',
      'administrator.refused',
      'administrator.joined',
      'api-key.rotated',
      'filter.created',
      'resource.updated',
      'token.updated',
      'user.unlock-used',
      'user.password-reset',
      'user.updated',
      'webhook.created',
    ] as const) {
      expect(types).toContain(type);
    }
  });

  test('has nothing in the future or before its first day', () => {
    const now = ports.clock.now();
    expect(Math.max(...events.map(({ at }) => at))).toBeLessThanOrEqual(now);
    expect(Math.min(...events.map(({ at }) => at))).toBeGreaterThan(now - 31 * DAY_MS);
  });

  test('SR-34: is a chain that verifies', async () => {
    const { account } = demo;
    const report = await verifyAuditExport(lines, ports.signer.publicKeys(), { account });
    expect(report).toMatchObject({ ok: true, findings: [], lost: 0, events: events.length });
  });

  test('is counted on each day', async () => {
    const { actor } = operatorContext(demo.account);
    const now = ports.clock.now();
    const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);
    const asked = { from: dayOf(now - 29 * DAY_MS), to: dayOf(now - DAY_MS) };
    const { days } = unwrap(await readStatistics(ports, actor, asked));
    expect(days).toHaveLength(29);
    expect(days.every(({ granted }) => granted > 0)).toBe(true);
  });

  test('says when each site last used its key, as its events do', async () => {
    const { items } = unwrap(await listApiKeys(ports, operatorContext(demo.account), { limit: 10 }));
    const uses = new Map(items.map(({ key, use }) => [key.name, use?.at]));
    const lastBy = (name: string) => {
      const id = items.find(({ key }) => key.name === name)?.key.id;
      return Math.max(...events.filter(({ actor }) => 'id' in actor && actor.id === id).map(({ at }) => at));
    };
    for (const name of ['Demo shop', 'Staff portal']) expect(uses.get(name)).toBe(lastBy(name));
    expect(uses.get('Old reports')).toBeUndefined();
  });

  test('leaves nothing that doctor finds', async () => {
    const found = [];
    for await (const leftover of checkLeftovers(ports, await read(ports, accountDocument.key(demo.account)), false)) {
      found.push(leftover);
    }
    expect(found).toEqual([]);
  });

  test('has webhooks that failed and were delivered later', async () => {
    const context = operatorContext(demo.account);
    const [webhook] = await readBook(ports, demo.account);
    if (!webhook) throw new Error('no webhook');
    const { items } = unwrap(await readDeliveries(ports, context, webhook.id, { limit: 100 }));
    expect(items.length).toBeGreaterThan(3);
    expect(items.every(({ state }) => state === 'delivered')).toBe(true);
    expect(Math.max(...items.map(({ attempts }) => attempts))).toBeGreaterThan(3);
  });

  test('is the same in each demo that starts at the same time', async () => {
    const other = await openDemoPorts('another-demo');
    const { account } = await createDemo(other, KEPT_DAYS);
    const told = (all: AccountEvent[]) => all.map(({ type, at, reason }) => `${at} ${type} ${reason ?? ''}`).sort();
    const others = eventsIn(await linesOfExport(other, account)).map(({ event }) => event);
    expect(told(others)).toEqual(told(events));
    await other.close();
  });
});
