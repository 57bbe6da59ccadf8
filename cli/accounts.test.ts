import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acceptInvitation, acceptRecovery } from '../server/administration/accept-link.ts';
import { type AccountId, parseId, type ResourceId } from '../server/kernel/ids.ts';
import { countSignIns } from '../server/testing/consuming.ts';
import { append } from '../server/testing/event-stream.ts';
import { unwrap } from '../server/testing/fixtures.ts';
import { resourceId, userId } from '../server/testing/samples.ts';
import { openTerminal, type Terminal } from './testing/terminal.ts';

let terminal: Terminal;
let account: string;
beforeEach(async () => {
  terminal = await openTerminal('accounts-by-command');
  account = (await json<{ id: string }>('account', 'create', '--name', 'Acme')).id;
});
afterEach(() => terminal.close());

async function json<T>(...args: string[]): Promise<T> {
  const { out, err } = await terminal.type(['--json', ...args]);
  if (out === '') throw new Error(err);
  return JSON.parse(out) as T;
}
const resource = async (name = 'Shop') => (await json<{ id: string }>('resource', 'create', '--name', name)).id;

/** Accepts the invitation that was sent. */
async function acceptAs(name: string): Promise<void> {
  const { ports } = terminal;
  const mail = ports.courier.sent.find(({ kind }) => kind === 'administrator-invitation');
  const confirmation = ports.courier.sent.find(({ kind }) => kind === 'confirmation-code');
  if (mail?.kind !== 'administrator-invitation' || confirmation?.kind !== 'confirmation-code') throw new Error('none');
  const link = mail.facts.path.split('#')[1] ?? '';
  const password = 'harbour lantern over the quay';
  unwrap(await acceptInvitation(ports, {}, { link, code: confirmation.facts.code, password, name }));
}

describe('filters in plain words', () => {
  test('a time filter, and an update that names one part of it', async () => {
    const [zone, times] = ['Europe/Vienna', 'mon-fri 08:00-18:00; sat,sun 22:00-06:00'];
    const created = await json<{ id: string; rule: { windows: unknown[] } }>(
      ...['filter', 'create', '--name', 'Hours', '--kind', 'time', '--zone', zone, '--times', times],
    );
    expect(created.rule).toEqual({
      kind: 'time',
      zone: 'Europe/Vienna',
      windows: [
        { days: ['mon', 'tue', 'wed', 'thu', 'fri'], fromMinute: 480, toMinute: 1080 },
        { days: ['sat', 'sun'], fromMinute: 1320, toMinute: 360 },
      ],
    });
    const moved = await json<{ rule: object }>('filter', 'update', created.id, '--zone', 'Asia/Tokyo');
    expect(moved.rule).toEqual({ ...created.rule, zone: 'Asia/Tokyo' });
    expect(await terminal.type(['filter', 'update', created.id, '--times', 'someday 9-5'])).toMatchObject({ code: 2 });
  });

  test('creates country and address filters, and names a missing field', async () => {
    const geo = ['--kind', 'geo', '--mode', 'allow', '--countries', 'AT,CH', '--unlocated', 'deny'];
    expect(await json('filter', 'create', '--name', 'Alps', ...geo)).toMatchObject({
      rule: { kind: 'geo', mode: 'allow', countries: ['AT', 'CH'], unlocated: 'deny' },
    });
    const ip = ['--kind', 'ip', '--mode', 'deny', '--ranges', '203.0.113.0/24'];
    expect(await json('filter', 'create', '--name', 'Net', ...ip)).toMatchObject({ rule: { mode: 'deny' } });
    const missing = await terminal.type(['filter', 'create', '--name', 'Alps', ...geo.slice(0, -2)]);
    expect(missing).toMatchObject({ code: 1, err: expect.stringContaining('rule/unlocated') });
  });
});

describe('administrators', () => {
  test('invites, grants, withdraws and removes, by id or address', async () => {
    const [shop, office] = [await resource(), await resource('Office')];
    const invite = ['admin', 'invite', '--email', 'bob@acme.example', '--name', 'Bob'];
    const invited = await json<{ administrator: { id: string } }>(...invite, '--grants', `${shop},${office}:assigned`);
    expect(invited.administrator).toMatchObject({
      state: 'invited',
      grants: [
        { resource: shop, allowed: true },
        { resource: office, allowed: false },
      ],
    });
    expect(await json<object[]>('admin', 'invitations')).toHaveLength(1);
    await json('admin', 'resend', 'Bob@acme.example');
    await json('admin', 'update', 'bob@acme.example', '--grants', 'none');
    expect(await json('admin', 'show', 'bob@acme.example')).toMatchObject({ grants: [] });
    expect(await terminal.type(['admin', 'withdraw', 'bob@acme.example'])).toMatchObject({ code: 0 });
    expect(await json('admin', 'invitations')).toEqual([]);
    expect(await terminal.type(['admin', 'remove', 'bob@acme.example'])).toMatchObject({ code: 1 });
  });

  // SR-40
  test('recovers an administrator without any factor by an operator link only', async () => {
    const { ports } = terminal;
    await json('admin', 'invite', '--email', 'bob@acme.example', '--name', 'Bob');
    await acceptAs('Bob');

    const recovered = await json<{ link: string }>('admin', 'recover', 'bob@acme.example');
    expect(recovered.link).toContain('/recovery#');
    const secret = new URL(recovered.link).hash.slice(1);
    const password = 'harbour lantern over the quay';
    unwrap(await acceptRecovery(ports, {}, { link: secret, password: 'another lantern over the quay' }));
    expect(await acceptRecovery(ports, {}, { link: secret, password })).toMatchObject({ refused: 'LINK_INVALID' });

    // The socket serves one account at a time: an administrator of another account is not found.
    const other = await json<{ id: string }>('account', 'create', '--name', 'Other');
    const [{ id } = { id: '' }] = await json<{ id: string }[]>('--account', account, 'admin', 'list');
    expect(parseId('adm', id)).toBe(id);
    expect(await terminal.type(['--account', other.id, 'admin', 'recover', id])).toMatchObject({
      code: 1,
      err: expect.stringContaining('ADMINISTRATOR_NOT_FOUND'),
    });
  });

  // SR-81
  test('the operator requires passkeys, unless an administrator has none, and no longer', async () => {
    await json('admin', 'invite', '--email', 'bob@acme.example', '--name', 'Bob');
    expect(await json('admin', 'require', '--factors', 'passkey')).toMatchObject({ factors: 'passkey' });
    expect(await json('admin', 'require', '--factors', 'any')).toMatchObject({ factors: 'any' });
    await acceptAs('Bob');
    expect(await terminal.type(['admin', 'require', '--factors', 'passkey'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('bob@acme.example'),
    });
    const shown = { factors: 'any', decidedBy: 'account', withoutPasskey: [{ email: 'bob@acme.example' }] };
    expect(await json('admin', 'factors')).toMatchObject(shown);
  });
});

describe('keys', () => {
  test('creates keys limited to resources and a time, rotates them with an overlap, and shows them once', async () => {
    const shop = await resource();
    const create = ['key', 'create', '--name', 'Shop', '--scopes', 'authenticate', '--resources', shop];
    const { out: text } = await terminal.type(['--field', 'text', ...create, '--lifetime', '90d']);
    expect(text).toMatch(/^csk_\w+\n$/);
    const [key] = await json<{ id: string; resources: string[]; expiresAt: number; createdAt: number }[]>(
      'key',
      'list',
    );
    expect(key).toMatchObject({ resources: [shop] });
    expect((key?.expiresAt ?? 0) - (key?.createdAt ?? 0)).toBe(90 * 86_400_000);
    const rotated = await terminal.type(['key', 'rotate', key?.id ?? '', '--overlap', '24h']);
    expect(rotated.out).toContain('text: shown only once.');
    expect(rotated.out).not.toContain(text.trim());
    const wider = await json<{ resources: null }>('key', 'update', key?.id ?? '', '--resources', 'none');
    expect(wider.resources).toBeNull();
    expect(await terminal.type(['key', 'delete', key?.id ?? ''])).toMatchObject({ code: 0 });
  });
});

describe('money, plans and the checklist', () => {
  test('chooses a plan, credits the account once per reference, and lists the ledger', async () => {
    const offered = await json<{ items: { name: string }[] }>('plan', 'list');
    expect(offered.items.map(({ name }) => name)).toContain('Standard');
    expect(await terminal.type(['plan', 'choose', '--name', 'Standard'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('BALANCE_INSUFFICIENT'),
    });
    const credit = ['credit', '--account', account, '--amount', '9000', '--reference', 'invoice-1'];
    for (const _ of [1, 2]) await json(...credit);
    expect(await json('balance')).toMatchObject({ amount: 9000 });
    await json('plan', 'choose', '--name', 'Standard');
    expect(await json('plan', 'show')).toMatchObject({ name: 'Standard', active: true });
    expect((await json<{ kind: string }[]>('ledger')).map(({ kind }) => kind)).toEqual(['debit', 'credit']);
    const { out } = await terminal.type(['checklist']);
    expect(out).toMatch(/^true +activate-plan/m);
    expect(out).toMatch(/^false +add-user/m);
  });

  test('shows statistics as active days and their sum; scripts get every day', async () => {
    expect((await terminal.type(['statistics'])).out).toBe('no sign-ins in these days\n');
    const at = terminal.ports.clock.now();
    const who = { subject: userId(1), resource: resourceId(1), actor: { kind: 'operator' } } as const;
    const home = { at, account: account as AccountId, ...who };
    await append(terminal.ports, account, [
      {
        ...home,
        type: 'authentication',
        outcome: 'granted',
        method: 'password-otp',
        factors: ['password', 'otp'],
      },
      { ...home, type: 'authentication', outcome: 'refused', reason: 'OTP_WRONG', factors: [] },
    ]);
    await countSignIns(terminal.ports, { keptDays: 400 });
    const { out } = await terminal.type(['statistics']);
    const today = new Date(terminal.ports.clock.now()).toISOString().slice(0, 10);
    expect(out.trimEnd().split('\n').slice(1)).toEqual([
      expect.stringMatching(`^${today} +1 +OTP_WRONG 1 +password-otp 1 +password\\+otp 1 +1 +true$`),
      expect.stringMatching('^total +1 +OTP_WRONG 1 +password-otp 1 +password\\+otp 1 +- +true$'),
    ]);
    expect(await json<{ days: unknown[] }>('statistics')).toMatchObject({ days: { length: 30 } });
    expect((await terminal.type(['--field', 'day', 'statistics'])).out.trimEnd().split('\n')).toHaveLength(30);
  });

  test('sums sign-ins by resource over the requested days, for all resources', async () => {
    // More resources than fit on one page.
    for (let at = 0; at < 51; at++) await json('resource', 'create', '--name', `Site ${String(at).padStart(2, '0')}`);
    const [first] = await json<{ id: ResourceId }[]>('resource', 'list', '--search', 'Site 00');
    if (!first) throw new Error('no resource');
    const event = { at: terminal.ports.clock.now(), account: account as AccountId, resource: first.id } as const;
    const who = { subject: userId(2), actor: { kind: 'operator' } } as const;
    await append(terminal.ports, account, [
      { ...event, ...who, type: 'authentication', outcome: 'refused', reason: 'OTP_WRONG', factors: [] },
    ]);
    await countSignIns(terminal.ports, { keptDays: 400 });
    const { out } = await terminal.type(['resource-statistics', '--days', '7', '--limit', '1']);
    expect(out.trimEnd().split('\n').slice(1)).toEqual([
      expect.stringMatching(`^Site 00 +${first.id} +0 +OTP_WRONG 1$`),
    ]);
    const all = await json<{ name: string }[]>('resource-statistics', '--all');
    expect(all.map(({ name }) => name)).toContain('Site 50');
  });

  test('setup creates an account with a key; its link is for a server without an account', async () => {
    const created = await terminal.type(['setup', '--name', 'Another', '--superuser', 'eve@another.example']);
    expect(created).toMatchObject({ code: 0, out: expect.stringMatching(/apiKey\.text +csk_/) });
    expect(created.out).toContain('The key is shown only once');
    expect(await terminal.type(['setup'])).toMatchObject({ code: 1 });
  });

  // SR-42
  test('setup invites the superuser of an account that has none, and of no other', async () => {
    const invite = (email: string) => terminal.type(['setup', '--superuser', email]);
    expect(await invite('ada@acme.example')).toMatchObject({ code: 0 });
    await acceptAs('Ada');
    expect(await json('admin', 'show', 'ada@acme.example')).toMatchObject({ role: 'superuser' });
    expect(await invite('eve@acme.example')).toMatchObject({
      code: 1,
      err: expect.stringContaining('the account has a superuser'),
    });
    expect(await json('admin', 'list')).toHaveLength(1);
  });
});

describe('output for scripts', () => {
  test('prints refusals as JSON, a single field, and a marker when there is nothing to show', async () => {
    const refused = await terminal.type(['--json', 'user', 'show', 'nobody']);
    expect(JSON.parse(refused.err)).toMatchObject({ code: 'USER_NOT_FOUND' });
    expect(refused).toMatchObject({ code: 1, out: '' });
    await terminal.type(['user', 'create', '--login', 'ada', '--email', 'ada@acme.example']);
    expect((await terminal.type(['--field', 'email', 'user', 'show', 'ada'])).out).toBe('ada@acme.example\n');
    expect(await terminal.type(['--field', 'shoe', 'user', 'show', 'ada'])).toMatchObject({ code: 2 });
    expect(JSON.parse((await terminal.type(['--json', 'user', 'delete', 'ada'])).out)).toEqual({ done: true });
  });

  test('leaves no complete-looking file of an interrupted event export', async () => {
    const file = join(terminal.dataFolder, 'events.jsonl');
    const args = ['event', 'export', '--output', file];
    expect(await terminal.type([...args, '--after', 'nothing'])).toMatchObject({ code: 1 });
    await expect(readFile(file)).rejects.toThrow('ENOENT');
    await expect(readFile(`${file}.part`)).rejects.toThrow('ENOENT');
    expect(await terminal.type(args)).toMatchObject({ code: 0 });
    expect((await readFile(file, 'utf8')).length).toBeGreaterThan(0);
  });

  test('help describes every command', async () => {
    const { out } = await terminal.type(['--help']);
    const commands = [...out.matchAll(/^ {2}(\w[\w-]*)(?: .*?)?(?: {2,}(.*))?$/gm)].filter(
      ([, name]) => name !== 'help',
    );
    expect(commands.length).toBeGreaterThan(25);
    for (const [, name] of commands) {
      const help = (await terminal.type([name ?? '', '--help'])).out;
      expect(help.split('\n').length, name).toBeGreaterThan(4);
      expect(help.split('\n')[2], name).toMatch(/\w/);
    }
  });
});
