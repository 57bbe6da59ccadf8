import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportEvents } from '../events/export-events.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { verifyAuditExport } from '../platform/jose/audit-statements.ts';
import { createApiKey, operatorContext } from '../testing/as-operator.ts';
import { sealEvents } from '../testing/consuming.ts';
import { append, sampleEvent } from '../testing/event-stream.ts';
import { unwrap } from '../testing/fixtures.ts';
import { openService, type Service } from '../testing/http-service.ts';
import {
  keptForms,
  type OpenKeptStore,
  openKeptStore,
  presentForm,
  STORES,
} from '../testing/kept-stores/kept-stores.ts';
import type { TestPorts } from '../testing/test-ports.ts';
import { hotp } from '../tokens/kinds/oath/code.ts';

const FORMS = await keptForms();

test('the form that this version writes is kept; else: npm run keep:store', () => {
  expect(FORMS).toEqual(expect.arrayContaining(STORES.map(presentForm)));
});

// The attack is an upgrade: users who could sign in cannot, a used code counts again, or the log no longer proves what it
// said.
describe.each(FORMS)('this version on a store of the form %s', (form) => {
  let kept: OpenKeptStore;
  let service: Service;
  let key: string;
  beforeAll(async () => {
    kept = await openKeptStore(form);
    const { ports, clockGuard } = kept.opened;
    // As the operator does after a long stop.
    expect(await clockGuard.accept()).toBeUndefined();
    service = await openService(form, ports as unknown as TestPorts);
    const scopes = ['authenticate', 'read'] as const;
    const input = { account: kept.account, name: 'test', scopes: [...scopes], lifetimeMs: 86_400_000 };
    key = unwrap(await createApiKey(ports, input)).text;
  });
  afterAll(() => kept?.close());

  const signIn = async (otp: string) => {
    const body = { method: 'password-otp', resource: kept.resource, user: 'alice', password: kept.password, otp };
    return (await service.call('POST /v1/authentications', { key, body })).status;
  };

  test('SR-6, SR-8, SR-21: signs in with password and code, once', async () => {
    const otp = hotp({ secret: Buffer.from(kept.seed, 'hex'), counter: kept.counter, digits: 6, algorithm: 'SHA1' });
    expect(await signIn(otp)).toBe(200);
    expect(await signIn(otp)).toBe(403);
  });

  test('lists users and tokens', async () => {
    const users = await (await service.call('GET /v1/users?sort=name', { key })).json();
    expect((users as { items: { login: string }[] }).items.map(({ login }) => login)).toEqual(kept.logins);
    const tokens = await (await service.call('GET /v1/tokens', { key })).json();
    expect((tokens as { items: unknown[] }).items).toHaveLength(kept.tokens);
  });

  test('SR-34: proves every event with the keys that it publishes', async () => {
    const { ports } = kept.opened;
    const lines = await linesOf(ports);
    const report = await verifyAuditExport(lines, ports.signer.publicKeys());
    expect(report).toMatchObject({ ok: true });
    expect(lines.filter((line) => line.includes('"event"'))).toHaveLength(kept.events);
    expect(lines.join('\n')).toContain(',"personal":{');
  });

  test('SR-34: continues the log in the form of this version, and proves both', async () => {
    const { ports } = kept.opened;
    await append(ports, kept.account, [{ ...sampleEvent(1), account: kept.account }]);
    const fresh = await sealEvents(ports);
    const lines = await linesOf(ports);
    expect(await verifyAuditExport(lines, ports.signer.publicKeys())).toMatchObject({ ok: true, findings: [] });
    expect(lines.filter((line) => line.includes('"event"'))).toHaveLength(kept.events + fresh);
    expect(lines.filter((line) => line.includes(',"personal":{'))).not.toEqual([]);
  });

  async function linesOf(ports: Ports): Promise<string[]> {
    const { actor } = operatorContext(kept.account);
    const { text } = unwrap(await exportEvents(ports, actor, { format: 'jsonl', after: 0 }));
    let whole = '';
    for await (const piece of text) whole += piece;
    return whole.split('\n').slice(0, -1);
  }
});
