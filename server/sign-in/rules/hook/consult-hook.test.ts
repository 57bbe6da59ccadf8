import { createHmac } from 'node:crypto';
import type { HookFailureRule } from '@countersign/protocol/resources';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AccountEvent } from '../../../kernel/event.ts';
import type { FlowId } from '../../../kernel/ids.ts';
import { Overloaded } from '../../../kernel/ports/password-hasher.ts';
import type { AskOutcome } from '../../../kernel/ports/webhook-sender.ts';
import { isRefusal } from '../../../kernel/result.ts';
import { boundCalls } from '../../../platform/webhook-http/bound-calls.ts';
import { hookDocument } from '../../../resources/documents.ts';
import { transact } from '../../../store/transact.ts';
import { consumeResult, createLoginRequest, operatorContext, unassign } from '../../../testing/as-operator.ts';
import { FakeWebhookSender, hookAnswer } from '../../../testing/fake-senders.ts';
import {
  birth,
  createFixture,
  type Fixture,
  type FixtureOptions,
  NONCE,
  overwrite,
  read,
  runMeanwhile,
  unwrap,
  wrongCode,
} from '../../../testing/fixtures.ts';
import { LoginDriver } from '../../../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../../../testing/test-ports.ts';
import { waitUntil } from '../../../testing/wait-until.ts';
import { flowDocument, resultDocument } from '../../documents.ts';
import { STEP_CLAIM_MS } from '../../flow.ts';
import { viewFlow } from '../../view-flow.ts';
import { removeHook, rotateHookSecret, setHook } from './change-hook.ts';
import { testHook } from './test-hook.ts';

const URL = 'https://shop.example/hook';
const FAILED: AskOutcome = { kind: 'failed', failure: 'timed-out' };
let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('consult hook');
});
beforeEach(() => {
  ports.webhookSender.sent.length = 0;
  ports.webhookSender.decide = () => hookAnswer({ allow: true });
});
afterAll(() => ports.close());

async function hooked(options: FixtureOptions = {}, onFailure: HookFailureRule = 'deny') {
  const scene = await createFixture(ports, options);
  const act = operatorContext(scene.account);
  const { secret = '' } = unwrap(await setHook(ports, act, scene.resource.id, { url: URL, onFailure }));
  return { ...scene, act, secret };
}
async function signIn(scene: Fixture): Promise<LoginDriver> {
  const walk = await LoginDriver.begin(scene);
  await walk.identify();
  await walk.password();
  return walk;
}
async function eventsOf({ account }: Fixture): Promise<AccountEvent[]> {
  const all = await Promise.all(
    Array.from({ length: ports.store.partitions }, (_, partition) => ports.store.readEvents(partition, 0, 100_000)),
  );
  return all
    .flat()
    .map(({ event }) => event as unknown as AccountEvent)
    .filter((event) => event.account === account);
}
const asked = () => ports.webhookSender.sent.map(({ body }) => JSON.parse(body));
const answers = (outcome: AskOutcome) => {
  ports.webhookSender.decide = () => outcome;
};

// SR-74
describe('a sign-in to a resource with a hook', () => {
  test('asks it once, signed, after the last factor, and carries its claims as one', async () => {
    const scene = await hooked({ tokens: [{ kind: 'totp' }] });
    const claims = { tier: 'gold', sub: 'usr_00000000000', acr: '9', exp: 1 };
    answers(hookAnswer({ allow: true, claims }));
    ports.geo.countries.set('203.0.113.7', 'DE');
    const walk = await LoginDriver.toOtp(scene, { address: '203.0.113.7' });
    expect(asked()).toEqual([]);
    await walk.otp((await scene.tokens[0]?.code()) ?? '');
    expect(decodeJwt(walk.view.result ?? '')).toMatchObject({
      sub: scene.user.id,
      acr: '2',
      amr: ['pwd', 'otp', 'mfa'],
      hook: claims,
    });
    expect(asked()).toEqual([
      {
        type: 'result.decide',
        timestamp: new Date(ports.clock.now()).toISOString(),
        data: {
          resource: scene.resource.id,
          user: scene.user.id,
          result: decodeJwt(walk.view.result ?? '').jti,
          amr: ['pwd', 'otp', 'mfa'],
          acr: '2',
          otp: 'verified',
          address: '203.0.113.7',
          country: 'DE',
        },
      },
    ]);
    const [sent] = ports.webhookSender.sent;
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = sent?.headers ?? {};
    const key = Buffer.from(scene.secret.slice('whsec_'.length), 'base64');
    expect(signature).toBe(`v1,${createHmac('sha256', key).update(`${id}.${at}.${sent?.body}`).digest('base64')}`);
    expect(sent?.url).toBe(URL);

    const { account, resource } = scene;
    const consumption = { account, resource: resource.id, result: walk.view.result ?? '', nonce: NONCE };
    expect(unwrap(await consumeResult(ports, consumption)).claims).toMatchObject({ acr: '2', hook: claims });
  });

  // The attack: a sign-in that builds on an earlier one, or whose codes are dropped, completes at its start, past the hook.
  test.each(['an earlier sign-in', 'deactivated tokens'])('asks it where no factor is missing: %s', async (why) => {
    const isBuilt = why === 'an earlier sign-in';
    const scene = await hooked({
      tokens: [{ state: isBuilt ? 'active' : 'deactivated' }],
      resource: { methodPolicy: 'password-otp', rememberMs: 3_600_000 },
    });
    const { account, resource, user } = scene;
    const asks = { account, resource: resource.id, nonce: NONCE };
    const first = await LoginDriver.begin(scene);
    await first.identify();
    await first.password();
    if (isBuilt) await first.otp((await scene.tokens[0]?.code()) ?? '');
    const { jti } = unwrap(await consumeResult(ports, { ...asks, result: first.view.result ?? '' })).claims;
    const built = { passwordChecked: false, demand: { acr: '2' as const }, previous: jti as FlowId };
    const again = async () => {
      const order = { ...asks, user: user.login, ...(isBuilt ? built : { passwordChecked: true }) };
      const { loginRequest } = unwrap(await createLoginRequest(ports, birth(ports, 'flw'), order));
      return (await LoginDriver.begin(scene, { loginRequest })).view;
    };
    answers(hookAnswer({ allow: true, claims: { tier: 'gold' } }));
    expect(decodeJwt((await again()).result ?? '')).toMatchObject({ hook: { tier: 'gold' } });
    answers(hookAnswer({ allow: false, reason: 'Unpaid' }));
    const denied = await again();
    expect(denied).toMatchObject({ step: 'denied', error: { code: 'HOOK_DENIED' }, unlock: { reason: 'Unpaid' } });
    expect(denied).not.toHaveProperty('result');
    const told = { type: 'authentication', outcome: 'refused', reason: 'HOOK_DENIED', hook: 'Unpaid' };
    expect((await eventsOf(scene)).at(-1)).toMatchObject({ ...told, subject: user.id });
    answers(FAILED);
    expect(await again()).toMatchObject({ step: 'denied', error: { code: 'UNAVAILABLE' } });
    expect(ports.webhookSender.sent).toHaveLength(4);
  });

  // The attack: with a hook's delay or its reason, an attacker without the factors learns who may sign in.
  test('does not ask it before every factor was shown', async () => {
    const scene = await hooked({ tokens: [{ kind: 'totp' }] });
    answers(hookAnswer({ allow: false, reason: 'Unpaid' }));
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    await walk.password('wrong password');
    await walk.password();
    await walk.otp(await wrongCode(scene));
    expect(walk.view).toMatchObject({ step: 'otp', error: { code: 'OTP_WRONG' } });
    expect(ports.webhookSender.sent).toEqual([]);
  });

  test('that it denies ends without a result: the user reads the reason, the event has all of it', async () => {
    const scene = await hooked();
    const reason = `<img src=x onerror=alert(1)> ${'🔑'.repeat(300)}`;
    answers(hookAnswer({ allow: false, reason }));
    const walk = await signIn(scene);
    const shown = `${[...reason].slice(0, 200).join('')}…`;
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'HOOK_DENIED' }, unlock: { reason: shown } });
    expect(walk.view).not.toHaveProperty('result');
    const { id } = await read(ports, flowDocument.key(walk.handle.split('.')[0] as never));
    expect((await ports.store.getMany([resultDocument.key(id)], ports.clock.now()))[0]).toBeUndefined();
    expect(unwrap(await viewFlow(ports, walk.handle))).toMatchObject({ step: 'denied', unlock: { reason: shown } });
    const event = { type: 'authentication', outcome: 'refused', reason: 'HOOK_DENIED', hook: reason };
    expect((await eventsOf(scene)).at(-1)).toMatchObject({ ...event, subject: scene.user.id });
    // The denial was the end: no further answer is taken.
    expect(isRefusal(await walk.password())).toBe(true);
    expect(ports.webhookSender.sent).toHaveLength(1);
  });

  test.each([
    ['a timeout', FAILED, 'timed-out'],
    ['a redirect', { ...hookAnswer({ allow: true }), status: 302 } as AskOutcome, 'status-302'],
    ['a page', { ...hookAnswer({ allow: true }), type: 'text/html' } as AskOutcome, 'answer-invalid'],
    ['a private address', { kind: 'failed', failure: 'address-refused' } as AskOutcome, 'address-refused'],
  ])(
    '%s instead of an answer denies by default, and allows only where that is set',
    async (_name, outcome, failure) => {
      answers(outcome);
      const strict = await hooked();
      const refused = await signIn(strict);
      expect(refused.view).toMatchObject({ step: 'denied', error: { code: 'UNAVAILABLE' } });
      expect(refused.view).not.toHaveProperty('unlock');
      const told = { outcome: 'refused', reason: 'HOOK_FAILED', hook: failure };
      expect((await eventsOf(strict)).at(-1)).toMatchObject(told);

      const lenient = await hooked({}, 'allow');
      const allowed = await signIn(lenient);
      expect(decodeJwt(allowed.view.result ?? '')).not.toHaveProperty('hook');
      expect((await eventsOf(lenient)).at(-1)).toMatchObject({ outcome: 'granted', hook: failure });
      // One attempt each.
      expect(ports.webhookSender.sent).toHaveLength(2);
    },
  );

  // The attack: the store lost the hook or its secrets, and the rule for failed calls turns it into no hook at all.
  test('is denied without a secret, and without a hook behind the mark, even where failed calls are allowed', async () => {
    const scene = await hooked({}, 'allow');
    const key = hookDocument.key(scene.resource.id);
    await overwrite(ports, key, { secrets: [] });
    expect((await signIn(scene)).view).toMatchObject({ step: 'denied', error: { code: 'UNAVAILABLE' } });
    await transact(ports, key.anchor, [key], () => ({ answer: undefined, write: { delete: [key] } }));
    expect((await signIn(scene)).view).toMatchObject({ step: 'denied', error: { code: 'UNAVAILABLE' } });
    expect(ports.webhookSender.sent).toEqual([]);
  });

  // SR-76. The attack: a user whom the hook denies prepares many sign-ins and answers them at once, so that the calls
  // beyond the bound fail and count as an outage.
  test('SR-76: a denied user gets no result with more sign-ins at once than calls may run', async () => {
    const scene = await hooked({}, 'allow');
    const walks = await Promise.all(Array.from({ length: 70 }, () => LoginDriver.begin(scene)));
    await Promise.all(walks.map((walk) => walk.identify()));
    let asked = 0;
    let answer = () => {};
    const isDecided = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const ask = boundCalls(async () => {
      asked += 1;
      await isDecided;
      return hookAnswer({ allow: false });
    });
    const bounded: TestPorts = { ...ports, webhookSender: Object.assign(new FakeWebhookSender(), { ask }) };
    const outcomes: unknown[] = [];
    const all = walks.map(async (walk) => {
      const crowded = new LoginDriver(scene, bounded, { ...walk.view, handle: walk.handle }, undefined);
      const outcome = await crowded.password().catch((error: unknown) => error);
      outcomes.push(outcome instanceof Overloaded ? `OVERLOADED ${outcome.retryAfterMs}` : crowded.view.step);
    });
    await waitUntil('each is refused or asked', () => outcomes.length + asked === walks.length);
    answer();
    await Promise.all(all);
    const count = (outcome: string) => outcomes.filter((one) => one === outcome).length;
    expect({ results: count('done'), denied: count('denied'), refused: count('OVERLOADED 2000') }).toEqual({
      results: 0,
      denied: 4,
      refused: 66,
    });
    expect(asked).toBe(4);
  });

  // SR-4, SR-39. The attack: an account is closed while a slow hook is asked.
  test.each([
    ['blocks the user', runMeanwhile.blockUser],
    ['changes the password', runMeanwhile.changePassword],
    ['disables the resource', runMeanwhile.disableResource],
    ['ends the plan', runMeanwhile.deactivatePlan],
    [
      'takes away the assignment',
      ({ account, resource, user }: Fixture) => unassign(ports, { account, resource: resource.id, user: user.id }),
    ],
  ])('is denied if an administrator %s while the hook is asked', async (_name, meanwhile) => {
    const scene = await hooked();
    ports.webhookSender.decide = async () => {
      await meanwhile(scene);
      return hookAnswer({ allow: true });
    };
    const walk = await signIn(scene);
    expect(walk.view.step).toBe('denied');
    expect(walk.view).not.toHaveProperty('result');
  });

  // SR-5. The attack: the process dies, or the same answer comes again, while the hook is asked.
  test('has no result while the hook is asked, and one question at a time', async () => {
    const scene = await hooked();
    let answer = (_outcome: AskOutcome) => {};
    const isAsked = new Promise<void>((resolve) => {
      ports.webhookSender.decide = () => {
        resolve();
        return new Promise((settle) => {
          answer = settle;
        });
      };
    });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    const { seq } = walk.view;
    const running = walk.password(undefined, seq);
    await isAsked;
    const again = await Promise.all([walk.password(undefined, seq), walk.password(undefined, seq)]);
    expect(again).toMatchObject([{ refused: 'STEP_IN_PROGRESS' }, { refused: 'STEP_IN_PROGRESS' }]);
    expect(unwrap(await viewFlow(ports, walk.handle))).toMatchObject({ step: 'password', seq });
    expect(ports.webhookSender.sent).toHaveLength(1);
    // As after a crash: the claim is over, another process asks and decides, and the late answer changes nothing.
    ports.clock.at += STEP_CLAIM_MS;
    ports.webhookSender.decide = () => hookAnswer({ allow: false });
    await walk.password(undefined, seq);
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'HOOK_DENIED' } });
    answer(hookAnswer({ allow: true }));
    expect(await running).toMatchObject({ refused: 'STEP_STALE' });
    expect(unwrap(await viewFlow(ports, walk.handle)).step).toBe('denied');
  });

  // SR-19: a hash permit held for two seconds would let a slow site stop every password of the service.
  test('holds no hash permit while the hook is asked', async () => {
    const scene = await hooked();
    let held: number | undefined;
    ports.webhookSender.decide = () => {
      held = ports.hasher.reserved;
      return hookAnswer({ allow: true });
    };
    await signIn(scene);
    expect(held).toBe(0);
  });
});

describe('the settings of a hook', () => {
  test('show its secret once, and keep it when the address changes', async () => {
    const { act, resource, secret } = await hooked();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const changed = unwrap(await setHook(ports, act, resource.id, { url: `${URL}/2`, onFailure: 'allow' }));
    expect(changed).not.toHaveProperty('secret');
    expect(changed.hook).toMatchObject({ url: `${URL}/2`, onFailure: 'allow' });
    expect(JSON.stringify(await read(ports, hookDocument.key(resource.id)))).not.toContain(secret.slice(6));
  });

  test('rotate the secret, with both during the overlap', async () => {
    const scene = await hooked();
    unwrap(await rotateHookSecret(ports, scene.act, scene.resource.id, 60_000));
    await signIn(scene);
    ports.clock.at += 60_000;
    await signIn(scene);
    const counts = ports.webhookSender.sent.map(({ headers }) => headers['webhook-signature']?.split(' ').length);
    expect(counts).toEqual([2, 1]);
  });

  test('test it without a user, ten times a minute, and tell nothing of its answer', async () => {
    const { act, resource } = await hooked();
    answers(hookAnswer({ allow: false, reason: 'internal page' }));
    const first = unwrap(await testHook(ports, act, resource.id));
    expect(first.outcome.kind).toBe('denied');
    expect(asked()[0]?.data).toEqual({ resource: resource.id, amr: [], acr: '1', otp: 'not_used', test: true });
    for (let turn = 1; turn < 10; turn++) unwrap(await testHook(ports, act, resource.id));
    expect(await testHook(ports, act, resource.id)).toMatchObject({ refused: 'RATE_LIMITED' });
  });

  test('refuse a private address, and are gone with the hook', async () => {
    const scene = await hooked();
    const { act, resource } = scene;
    const inside = { url: 'https://169.254.169.254/', onFailure: 'deny' } as const;
    expect(await setHook(ports, act, resource.id, inside)).toMatchObject({ refused: 'INPUT_INVALID', field: 'url' });
    answers(hookAnswer({ allow: false }));
    unwrap(await removeHook(ports, act, resource.id));
    expect((await signIn(scene)).view.step).toBe('done');
    expect(await removeHook(ports, act, resource.id)).toMatchObject({ refused: 'HOOK_NOT_FOUND' });
    expect((await eventsOf(scene)).filter(({ changed }) => changed?.includes('hook'))).toHaveLength(2);
  });
});
