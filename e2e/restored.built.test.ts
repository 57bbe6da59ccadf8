import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FLOW_HEADER, type FlowView, type StartedFlow } from '@countersign/protocol/flow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { waitUntil } from '../server/testing/wait-until.ts';
import { Administrator } from './harness/administrator.ts';
import { hotpCode } from './harness/authenticator.ts';
import { type Installation, install, Operator } from './harness/installation.ts';

const PASSWORD = 'correct horse battery';
const ORIGIN = 'https://shop.example';
const NONCE = 'nonce-of-a-session-0123456789';

/** The rehearsal of docs/operations/backup.md, step by step. */
// SR-62
describe('after a restore, an attacker tries what was used since the backup', () => {
  let installation: Installation;
  let operator: Operator;
  let key = '';
  let account = '';
  let resource = '';
  let totpSeed = '';
  let fobSeed = '';
  let fob = '';
  let superuser: Administrator;

  const step = () => Math.floor(Date.now() / 30_000);
  async function asSite(path: string, body: object) {
    const answer = await fetch(installation.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }
  const signIn = (user: string, otp: string) =>
    asSite('/v1/authentications', { method: 'password-otp', resource, user, password: PASSWORD, otp });
  async function person(login: string, kind: 'totp' | 'hotp') {
    const { id: user } = await operator.json<{ id: string }>(
      ['user', 'create', '--login', login, '--password-stdin'],
      PASSWORD,
    );
    const { token, secret } = await operator.json<{ token: { id: string }; secret: string }>([
      ...['token', 'create', '--name', login, '--kind', kind, '--owner', user],
    ]);
    await operator.json(['assign', '--resource', resource, '--user', user, '--token', token.id]);
    return { token: token.id, secret };
  }
  async function throughTheWidget(user: string, otp: string): Promise<string> {
    const ask = async (path: string, body: object, handle = '') => {
      const headers = { origin: installation.url, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
      const answer = await fetch(`${installation.url}/widget/v1/${path}`, {
        method: 'POST',
        headers: { ...headers, ...(handle !== '' && { [FLOW_HEADER]: handle }) },
        body: JSON.stringify(body),
      });
      return (await answer.json()) as FlowView;
    };
    const started = (await ask('flows', { resource, nonce: NONCE, origin: ORIGIN })) as StartedFlow;
    const known = await ask('flow/identify', { seq: started.seq, login: user }, started.handle);
    const half = await ask('flow/password', { seq: known.seq, password: PASSWORD }, started.handle);
    const done = await ask('flow/otp', { seq: half.seq, otp }, started.handle);
    if (done.result === undefined) throw new Error(`at ${done.step}: ${done.error?.code}`);
    return done.result;
  }

  beforeAll(async () => {
    installation = await install('embedded');
    operator = new Operator(installation);
    await installation.start();
    const made = await operator.json<{
      account: { id: string };
      apiKey: { text: string };
      invited: { handOver: { link: string; code: string } };
    }>(['setup', '--name', 'Acme', '--superuser', 'ada@acme.example']);
    key = made.apiKey.text;
    account = made.account.id;
    superuser = new Administrator(installation.url, 'ada@acme.example', 'harbour lantern over the quay');
    await superuser.accept(made.invited.handOver, 'Ada');
    await superuser.enrol(made.account.id);
    ({ id: resource } = await operator.json<{ id: string }>([
      ...['resource', 'create', '--name', 'Shop', '--origin', ORIGIN],
    ]));
    totpSeed = (await person('tom', 'totp')).secret;
    ({ secret: fobSeed, token: fob } = await person('hana', 'hotp'));
  });
  afterAll(() => installation?.remove());

  test('and none of it works', async () => {
    const file = (name: string) => join(installation.folder, name);
    expect((await operator.run(['backup', file('night.backup'), '--state', file('state')])).code).toBe(0);
    const beforeTheBackup = await throughTheWidget('hana', hotpCode(fobSeed, 0));
    const increment = ['backup', file('late.backup'), '--since', file('state')];
    expect((await operator.run(increment)).code).toBe(0);
    expect((await operator.run(increment)).code).toBe(2);
    const restore = ['restore', file('night.backup'), file('late.backup')];

    // Used after the backup, and seen by the attacker.
    const seen = { totp: hotpCode(totpSeed, step()), hotp: hotpCode(fobSeed, 1) };
    expect((await signIn('tom', seen.totp)).status).toBe(200);
    expect((await signIn('hana', seen.hotp)).status).toBe(200);
    const [recovery = '', other = ''] = superuser.recoveryCodes;
    expect((await superuser.signInWithRecoveryCode(account, recovery)).step).toBe('done');
    expect((await superuser.ask('GET', '/v1/session')).status).toBe(200);
    expect((await operator.run(restore)).code).not.toBe(0);

    await installation.stop();
    await rm(join(installation.folder, 'data', 'store'), { recursive: true });
    expect(await operator.run(restore)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^WARNING: what was revoked or deleted after /m),
    });
    expect((await operator.run(restore)).code).not.toBe(0);
    await installation.start();

    expect(await signIn('tom', seen.totp)).toMatchObject({ status: 403 });
    expect(await signIn('hana', seen.hotp)).toMatchObject({ status: 403, body: { code: 'TOKEN_OUT_OF_STEP' } });
    expect(await signIn('hana', hotpCode(fobSeed, 2))).toMatchObject({ body: { code: 'TOKEN_OUT_OF_STEP' } });
    const consumed = await asSite('/v1/results/consume', { result: beforeTheBackup, resource, nonce: NONCE });
    expect(consumed.status).not.toBe(200);
    expect(String(consumed.body.code)).toMatch(/^RESULT_/);
    expect(await superuser.ask('GET', '/v1/session')).toMatchObject({ status: 401 });
    for (const code of [recovery, other]) {
      expect((await superuser.signInWithRecoveryCode(account, code)).step).not.toBe('done');
    }

    // Which tokens need their device, and how they are restored.
    const { out } = await operator.run(['--ids', 'token', 'list', '--state', 'out-of-step']);
    expect(out.trim().split('\n')).toContain(fob);
    await operator.json(['token', 'resync', fob, '--codes-stdin'], `${hotpCode(fobSeed, 2)} ${hotpCode(fobSeed, 3)}\n`);
    expect((await signIn('hana', hotpCode(fobSeed, 4))).status).toBe(200);
    expect(await operator.run(['doctor'])).toMatchObject({ code: 0 });
  });

  // SR-39, SR-58, SR-62. The attack: what was revoked since the backup returns with it.
  test('what was revoked since stays revoked by the events, and no signing key returns', async () => {
    const keySet = async () => {
      const answer = await fetch(`${installation.url}/.well-known/jwks.json`);
      return (await answer.json()) as { keys: { kid: string }[] };
    };
    const file = (name: string) => join(installation.folder, name);
    await person('mia', 'totp');
    const { token: lost } = await person('lena', 'totp');
    const before = await keySet();
    await writeFile(file('keys.json'), JSON.stringify(before));
    expect((await operator.run(['backup', file('noon.backup')])).code).toBe(0);
    await operator.json(['user', 'update', 'mia', '--blocked', 'true']);
    await operator.json(['token', 'update', lost, '--enabled', 'false']);
    await waitUntil('both changes are sealed', async () => {
      await operator.run(['event', 'export', '--output', file('events.jsonl')]);
      const text = await readFile(file('events.jsonl'), 'utf8');
      return text.includes('"changed":["blocked"]') && text.includes('"changed":["enabled"]');
    });

    await installation.stop();
    await rm(join(installation.folder, 'data', 'store'), { recursive: true });
    const cut = (await readFile(file('events.jsonl'), 'utf8')).split('\n').slice(0, -2).join('\n');
    await writeFile(file('cut.jsonl'), cut);
    const restore = ['restore', file('noon.backup'), '--keys', file('keys.json')];
    expect((await operator.run([...restore, '--events', file('cut.jsonl')])).code).not.toBe(0);
    const { code, out } = await operator.run([...restore, '--events', file('events.jsonl')]);
    expect(code).toBe(0);
    expect(out).toMatch(/^acc_\w+: its events were applied until /m);
    expect(out).toContain(`${lost}  enabled`);
    await installation.start();

    const withPassword = (user: string) =>
      asSite('/v1/authentications', { method: 'password-otp', resource, user, password: PASSWORD });
    expect(await withPassword('mia')).toMatchObject({ status: 403 });
    expect(await withPassword('lena')).toMatchObject({ status: 200, body: { otp: 'skipped' } });
    const after = await keySet();
    expect(after.keys).toHaveLength(1);
    expect(before.keys.map(({ kid }) => kid)).not.toContain(after.keys[0]?.kid);
  });
});
