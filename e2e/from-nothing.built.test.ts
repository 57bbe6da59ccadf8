import { exec } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FLOW_HEADER, type FlowView, type StartedFlow } from '@countersign/protocol/flow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitUntil } from '../server/testing/wait-until.ts';
import { Administrator } from './harness/administrator.ts';
import { hotpCode } from './harness/authenticator.ts';
import { type Installation, install, Operator, STORES } from './harness/installation.ts';

const ADMIN_PASSWORD = 'harbour lantern over the quay';
const PASSWORD = 'correct horse battery';
const ORIGIN = 'https://shop.example';
const NONCE = 'nonce-of-a-session-0123456789';

/** An account as its administrators set it up. */
interface Made {
  id: string;
  operator: Operator;
  superuser: Administrator;
  second: Administrator;
  /** The API key of the site's backend. */
  siteKey: string;
  resource: string;
  elsewhere: string;
  user: string;
  token: string;
  code: (counter: number) => string;
}

describe.each(STORES)('from nothing to a sign-in, by command line and API, on %s', (store) => {
  let installation: Installation;
  let operator: Operator;
  const accounts: Made[] = [];
  const [one, two] = [() => made(0), () => made(1)];
  const made = (at: number): Made => {
    const account = accounts[at];
    if (!account) throw new Error('a test before has failed');
    return account;
  };

  beforeAll(async () => {
    installation = await install(store);
    operator = new Operator(installation);
    await installation.start();
  });
  afterAll(async () => {
    await installation?.remove();
  });

  // SR-42. The attack: a reader of a fresh installation's log creates its first account.
  test('SR-42: a fresh installation logs no setup link, only the command for it; the link works once', async () => {
    const fresh = () => /^.*there is no account yet.*$/m.exec(installation.log())?.[0];
    await waitUntil('the log says what to do', async () => fresh() !== undefined);
    expect(installation.log()).not.toContain('/setup#');
    const { command } = JSON.parse(fresh() ?? '{}') as { command: string };
    const printed = await promisify(exec)(command, { cwd: '/', env: { PATH: process.env.PATH } });
    const link = /^link +(http:\S+\/setup#\S+)$/m.exec(printed.stdout)?.[1] ?? '';
    expect(installation.log()).not.toContain('/setup#');
    const superuser = new Administrator(installation.url, 'ada@one.example', ADMIN_PASSWORD);
    const body = {
      secret: new URL(link).hash.slice(1),
      accountName: 'One',
      email: superuser.email,
      name: 'Ada',
      password: ADMIN_PASSWORD,
    };
    const answer = await superuser.ask('POST', '/v1/setup', body);
    expect(answer.status).toBe(201);
    const { id } = (answer.body as { account: { id: string } }).account;
    expect((await superuser.ask('POST', '/v1/setup', body)).body).toMatchObject({ code: 'LINK_INVALID' });
    await superuser.enrol(id);
    // Over the operator's socket, where no key is needed.
    accounts.push(await upToTheFirstLogin(id, operator.in(id), superuser));
  });

  test('the command creates the second one and invites its superuser; the rest goes over the network with a key', async () => {
    const setUp = await operator.json<{
      account: { id: string };
      apiKey: { text: string };
      invited: { handOver: { link: string; code: string } };
    }>(['setup', '--name', 'Two', '--superuser', 'grace@two.example']);
    const superuser = new Administrator(installation.url, 'grace@two.example', ADMIN_PASSWORD);
    await superuser.accept(setUp.invited.handOver, 'Grace');
    await superuser.enrol(setUp.account.id);
    accounts.push(await upToTheFirstLogin(setUp.account.id, operator.withKey(setUp.apiKey.text), superuser));
  });

  /** The whole checklist except the sign-in and the second administrator. */
  async function upToTheFirstLogin(id: string, by: Operator, superuser: Administrator): Promise<Made> {
    expect(superuser.session.administrator.role).toBe('superuser');
    const [plan] = await by.json<{ items: { name: string }[] }>(['plan', 'list']).then(({ items }) => items);
    await by.json(['plan', 'choose', '--name', plan?.name ?? '']);
    const { text: siteKey } = await by.json<{ text: string }>([
      ...['key', 'create', '--name', 'Shop', '--scopes', 'authenticate', '--lifetime', '30d'],
    ]);
    const { id: resource } = await by.json<{ id: string }>([
      ...['resource', 'create', '--name', 'Shop', '--origin', ORIGIN],
    ]);
    const { id: elsewhere } = await by.json<{ id: string }>(['resource', 'create', '--name', 'Office']);
    const { id: user } = await by.json<{ id: string }>(
      ['user', 'create', '--login', 'alice', '--password-stdin'],
      `${PASSWORD}\n`,
    );
    const enrolled = await by.json<{ token: { id: string }; secret: string }>([
      ...['token', 'create', '--name', 'Key fob', '--kind', 'hotp', '--owner', user],
    ]);
    const token = enrolled.token.id;
    await by.json(['assign', '--resource', resource, '--user', user, '--token', token]);
    const open = (await by.json<{ items: { item: string; done: boolean }[] }>(['checklist'])).items;
    expect(open.filter(({ done }) => !done).map(({ item }) => item)).toEqual([
      'first-login',
      'set-up-mail',
      'second-administrator',
      'copy-master-key',
      'back-up',
    ]);

    const second = new Administrator(installation.url, `bob@${id}.example`, ADMIN_PASSWORD);
    const invited = await by.json<{ handOver: { link: string; code: string } }>([
      ...['admin', 'invite', '--email', second.email, '--name', 'Bob', '--grants', `${resource},${elsewhere}:assigned`],
    ]);
    await second.accept(invited.handOver, 'Bob');
    await second.enrol(id);
    expect(second.session.administrator).toMatchObject({ role: 'administrator', resources: [resource] });

    const code = (counter: number) => hotpCode(enrolled.secret, counter);
    return { id, operator: by, superuser, second, siteKey, resource, elsewhere, user, token, code };
  }

  test('alice signs in over the API in both, and the checklist is complete', async () => {
    for (const account of [one(), two()]) {
      const { siteKey, resource, user, token } = account;
      const body = { method: 'password-otp', resource, user: 'alice', password: PASSWORD, otp: account.code(0) };
      const sent = () => asSite(siteKey, '/v1/authentications', body);
      expect(await sent()).toMatchObject({ status: 200, body: { authenticated: true, user: { id: user }, token } });
      expect(await sent()).toMatchObject({ status: 403, body: { code: 'OTP_REPLAYED' } });
      await waitUntil('the first login is on the checklist', async () => {
        return (await account.operator.json<{ done: boolean }>(['checklist'])).done;
      });
      expect((await account.operator.json<{ done: boolean; items: unknown[] }>(['checklist'])).done).toBe(true);
    }
  });

  test('and through the widget, whose result her site consumes once', async () => {
    for (const account of [one(), two()]) {
      const { resource, siteKey, user } = account;
      const started = (await asFrame('/widget/v1/flows', { resource, nonce: NONCE, origin: ORIGIN })) as StartedFlow;
      const step = (name: string, seq: number, answer: object) =>
        asFrame(`/widget/v1/flow/${name}`, { seq, ...answer }, started.handle) as Promise<FlowView>;
      const known = await step('identify', started.seq, { login: 'alice' });
      const half = await step('password', known.seq, { password: PASSWORD });
      expect(half.step).toBe('otp');
      const done = await step('otp', half.seq, { otp: account.code(1) });
      expect(done.step).toBe('done');
      const body = { result: done.result, resource, nonce: NONCE };
      expect(await asSite(siteKey, '/v1/results/consume', body)).toMatchObject({ status: 200, body: { sub: user } });
      expect((await asSite(siteKey, '/v1/results/consume', body)).status).not.toBe(200);
    }
  });

  // SR-27
  test('neither account sees anything of the other', async () => {
    for (const [own, other] of [
      [one(), two()],
      [two(), one()],
    ] as const) {
      const { operator: by } = own;
      for (const [noun, id, code] of [
        ['resource', other.resource, 'RESOURCE_NOT_FOUND'],
        ['user', other.user, 'USER_NOT_FOUND'],
        ['token', other.token, 'TOKEN_NOT_FOUND'],
        ['admin', other.second.session.administrator.id, 'ADMINISTRATOR_NOT_FOUND'],
      ] as const) {
        expect(await by.run([noun, 'show', id])).toMatchObject({ code: 1, err: expect.stringContaining(code) });
        const seen = await by.json<{ id: string }[]>([noun, 'list', '--all']);
        expect(seen.length).toBeGreaterThan(0);
        expect(seen.map((one) => one.id)).not.toContain(id);
      }
      expect(await by.run(['assign', '--resource', own.resource, '--user', other.user])).toMatchObject({ code: 1 });
      expect(
        (
          await asSite(own.siteKey, '/v1/authentications', {
            method: 'password',
            resource: other.resource,
            user: 'alice',
            password: PASSWORD,
          })
        ).status,
      ).toBe(404);
      expect((await own.superuser.ask('GET', `/v1/users/${other.user}`)).status).toBe(404);
    }
  });

  // SR-27
  test('the second administrator acts on their resources, and is refused everything else', async () => {
    for (const { second, superuser, resource, elsewhere, user, token } of [one(), two()]) {
      const renamed = await second.ask('PATCH', `/v1/resources/${resource}`, { name: 'The shop' });
      expect(renamed).toMatchObject({ status: 200, body: { name: 'The shop' } });
      expect((await second.ask('GET', '/v1/users')).status).toBe(200);
      expect((await second.ask('GET', '/v1/balance')).status).toBe(200);
      for (const [method, path, body] of [
        // Assigned, but not allowed: one of two conditions is not enough.
        ['PATCH', `/v1/resources/${elsewhere}`, { name: 'Mine' }],
        ['POST', '/v1/assignments', { resource: elsewhere, user }],
        ['POST', '/v1/resources', { name: 'Another' }],
        ['DELETE', `/v1/resources/${resource}`, undefined],
        ['DELETE', `/v1/users/${user}`, undefined],
        ['DELETE', `/v1/tokens/${token}`, undefined],
        ['POST', '/v1/api-keys', { name: 'Mine', scopes: ['administer'] }],
        ['POST', '/v1/invitations', { email: 'friend@x.example', name: 'Friend' }],
        ['PATCH', `/v1/administrators/${second.session.administrator.id}`, { grants: [{ resource, allowed: true }] }],
        ['DELETE', `/v1/administrators/${superuser.session.administrator.id}`, undefined],
        ['GET', '/v1/plan', undefined],
        ['POST', '/v1/plan', { name: 'Free' }],
      ] as const) {
        const answer = await second.ask(method, path, body);
        expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 403, 'FORBIDDEN']);
      }
    }
  });

  test('a recovery code signs each administrator in once, instead of their token', async () => {
    for (const { id, superuser, second } of [one(), two()]) {
      for (const administrator of [superuser, second]) {
        const [code = ''] = administrator.recoveryCodes;
        expect((await administrator.signInWithRecoveryCode(id, code)).step).toBe('done');
        const again = await administrator.signInWithRecoveryCode(id, code);
        expect(again.step).not.toBe('done');
        expect(again.error?.code).toBeDefined();
        const [, next = ''] = administrator.recoveryCodes;
        expect((await administrator.signInWithRecoveryCode(id, next)).step).toBe('done');
      }
    }
  });

  // SR-34
  test('the exported events show all of it and are verified offline, and a changed copy is not', async () => {
    const keys = join(installation.folder, 'jwks.json');
    await writeFile(keys, await (await fetch(`${installation.url}/.well-known/jwks.json`)).text());
    for (const { id, operator: by } of [one(), two()]) {
      const file = join(installation.folder, `${id}.jsonl`);
      const export_ = async () => {
        expect(await by.run(['event', 'export', '--output', file])).toMatchObject({ code: 0 });
        return readFile(file, 'utf8');
      };
      await waitUntil('the last sign-in is sealed', async () => {
        const text = await export_();
        return text.split('administrator.signed-in').length > 6 && text.includes('result.consumed');
      });
      const text = await export_();
      for (const type of [
        ...['account.created', 'api-key.created', 'resource.created', 'resource.updated'],
        ...['user.created', 'token.created', 'assignment.created', 'authentication', 'result.consumed'],
        ...['administrator.invited', 'administrator.joined', 'administrator.signed-in', 'administrator.refused'],
      ]) {
        expect(text, type).toContain(`"${type}"`);
      }
      for (const secret of [PASSWORD, ADMIN_PASSWORD]) expect(text).not.toContain(secret);
      const verify = (path: string) => operator.run(['--account', id, 'audit', 'verify', path, '--keys', keys]);
      expect(await verify(file)).toMatchObject({ code: 0, out: expect.stringContaining('intact: ') });

      const lines = text.split('\n');
      const at = lines.findIndex((line) => line.includes('"authentication"'));
      const changed = join(installation.folder, 'changed.jsonl');
      for (const tampered of [
        lines.with(at, (lines[at] ?? '').replace('granted', 'refused').replace('password', 'passw0rd')),
        lines.toSpliced(at, 1),
        lines.slice(0, -2),
      ]) {
        expect(tampered.join('\n')).not.toBe(text);
        await writeFile(changed, tampered.join('\n'));
        expect((await verify(changed)).code).toBe(1);
      }
      const other = await operator.run(['--account', 'acc_00000000000', 'audit', 'verify', file, '--keys', keys]);
      expect(other.code).toBe(1);
    }
  });

  test('builds the filter of breached passwords, and takes no list for one', async () => {
    const list = join(installation.folder, 'list.txt');
    const filter = join(installation.folder, 'breached.filter');
    await writeFile(list, `${createHash('sha1').update('stolen elsewhere').digest('hex')}:7\n`);
    expect(await operator.run(['breached-passwords', 'build', '--from', list, '--out', filter])).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 hash (sha-1)'),
    });
    expect(await operator.run(['breached-passwords', 'check', list])).toMatchObject({ code: 1 });
  });

  test('after a restart everything is still there, without a second setup link', async () => {
    await installation.stop();
    await installation.start();
    expect(installation.log()).not.toContain('/setup#');
    expect(await operator.run(['setup'])).toMatchObject({ code: 1 });
    for (const { operator: by, siteKey, resource, code } of [one(), two()]) {
      expect((await by.json<{ done: boolean }>(['checklist'])).done).toBe(true);
      const body = { method: 'password-otp', resource, user: 'alice', password: PASSWORD };
      const again = await asSite(siteKey, '/v1/authentications', { ...body, otp: code(1) });
      expect(again).toMatchObject({ status: 403, body: { code: 'OTP_REPLAYED' } });
      expect(await asSite(siteKey, '/v1/authentications', { ...body, otp: code(2) })).toMatchObject({ status: 200 });
    }
  });

  async function asSite(key: string, path: string, body: object) {
    const answer = await fetch(installation.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  async function asFrame(path: string, body: object, handle?: string): Promise<unknown> {
    const answer = await fetch(installation.url + path, {
      method: 'POST',
      headers: {
        origin: installation.url,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/json',
        ...(handle !== undefined && { [FLOW_HEADER]: handle }),
      },
      body: JSON.stringify(body),
    });
    expect(answer.ok).toBe(true);
    return answer.json();
  }
});
