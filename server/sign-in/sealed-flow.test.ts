import type { FlowView, StartedFlow } from '@countersign/protocol/flow';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { administratorFlowDocument } from '../administration/documents.ts';
import { answerEmail } from '../administration/login/answer-sign-in.ts';
import { readSignIn, startSignIn } from '../administration/login/start-sign-in.ts';
import type { FlowId } from '../kernel/ids.ts';
import type { Result } from '../kernel/result.ts';
import { resourceDocument } from '../resources/documents.ts';
import { restorationDocument } from '../store/documents.ts';
import { createLoginRequest, updateResource } from '../testing/as-operator.ts';
import { givePasskey, inTheFrame } from '../testing/devices/passkey-device.ts';
import {
  addResource,
  birth,
  createFixture,
  type Fixture,
  NONCE,
  ORIGIN,
  overwrite,
  runMeanwhile,
  unwrap,
} from '../testing/fixtures.ts';
import { touches } from '../testing/intercepted-store.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { EVERYTHING, toSelf } from '../testing/self-service-fixture.ts';
import { SoftwareAuthenticator } from '../testing/software-authenticator.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { FLOW_LIFETIME_MS } from './flow.ts';
import { createFlow } from './flow-transitions.ts';
import { signOutOfSelfService } from './self-service/sign-out.ts';
import { startSelfFlow } from './start/start-self-flow.ts';
import { STEPS } from './steps.ts';
import { parseHandle, sealFlow } from './stored-flow.ts';
import { submitStep } from './submit-step.ts';
import { viewFlow } from './view-flow.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('sealed-flow');
});
afterAll(() => ports.close());

const NOWHERE = { refused: 'FLOW_NOT_FOUND' };
const identify = (handle: unknown, over = ports) =>
  submitStep(over, STEPS.identify, { handle, seq: 0, client: {} }, { login: 'alice' });
const stepOf = (verdict: Result<FlowView>) => ('refused' in verdict ? verdict.refused : verdict.step);

function idOf(handle: string): FlowId {
  const id = parseHandle(handle)?.id;
  if (!id) throw new Error('no handle');
  return id;
}

async function writesOf(work: () => Promise<unknown>) {
  const before = ports.store.commits.length;
  await work();
  return ports.store.commits.slice(before).filter(({ outcome }) => outcome === 'committed');
}

async function testScene(): Promise<Fixture> {
  const scene = await createFixture(ports);
  return { ...scene, resource: await addResource(ports, scene.account, { testMode: 'expire' }) };
}

// SR-65
describe('SR-65: a start writes nothing', () => {
  const beginnings: [string, (scene: Fixture) => Promise<unknown>][] = [
    ['in the widget', (scene) => LoginDriver.begin(scene)],
    ['on the page of the self-service', ({ resource }) => startSelfFlow(ports, { resource: resource.id, client: {} })],
    ['as an administrator', ({ account }) => startSignIn(ports, { account, client: {} })],
  ];
  test.each(beginnings)('%s', async (_where, begin) => {
    const scene = await createFixture(ports, { resource: { selfService: EVERYTHING } });
    expect(await writesOf(() => begin(scene))).toEqual([]);
  });

  test.each([
    ['the resource is off', runMeanwhile.disableResource, 'RESOURCE_DISABLED'],
    ['there is no plan', runMeanwhile.deactivatePlan, 'PLAN_INACTIVE'],
  ])('if %s', async (_why, change, code) => {
    const scene = await createFixture(ports);
    await change(scene);
    const writes = await writesOf(async () => {
      const walk = await LoginDriver.begin(scene);
      expect(walk.view).toMatchObject({ step: 'denied', error: { code } });
      expect(await walk.look()).toMatchObject({ step: 'denied', error: { code } });
      expect(await identify(walk.handle)).toEqual({ refused: 'STEP_STALE' });
    });
    expect(writes).toEqual([]);
  });

  test('and viewing it writes nothing either', async () => {
    const walk = await LoginDriver.begin(await createFixture(ports, { resource: { passkeySignIn: true } }));
    const writes = await writesOf(async () => {
      const { handle: _handle, ...begun } = walk.view as StartedFlow;
      expect(await walk.look()).toEqual(begun);
      expect(await walk.password()).toEqual({ refused: 'STEP_NOT_EXPECTED' });
      expect(await walk.askUnlock()).toEqual(NOWHERE);
    });
    expect(writes).toEqual([]);
  });
});

// SR-1, SR-2, SR-65
describe('SR-2, SR-65: one handle is one sign-in', () => {
  test('answered fifty times at once in two processes, it starts once', async () => {
    const scene = await createFixture(ports);
    const { handle } = await LoginDriver.begin(scene);
    const other = ports.replica();
    const [here, there] = [ports.store.commits.length, other.store.commits.length];
    const answers = await Promise.all(Array.from({ length: 50 }, (_, at) => identify(handle, at % 2 ? ports : other)));
    const steps = answers.map(stepOf);
    expect(steps.filter((step) => step === 'password')).toHaveLength(1);
    expect(steps.filter((step) => !['password', 'STEP_IN_PROGRESS', 'STEP_STALE'].includes(String(step)))).toEqual([]);
    const begun = [...ports.store.commits.slice(here), ...other.store.commits.slice(there)].filter(
      ({ change, outcome }) => outcome === 'committed' && touches(change, 'flow-begun'),
    );
    expect(begun).toHaveLength(1);
    expect(await identify(handle)).toEqual({ refused: 'STEP_STALE' });
  });

  test('it has the attempts of one, however many copies of it are used', async () => {
    const scene = await createFixture(ports);
    const { handle } = await LoginDriver.begin(scene);
    let [wrong, seq] = [0, 1];
    unwrap(await identify(handle));
    for (let step = 'password'; step === 'password' && wrong < 100; ) {
      ports.clock.advance(3_000);
      await identify(handle);
      const view = unwrap(
        await submitStep(ports, STEPS.password, { handle, seq, client: {} }, { password: `guess ${wrong++}` }),
      );
      ({ step, seq } = view);
    }
    expect(wrong).toBe(20);
    expect(await identify(handle)).toEqual({ refused: 'STEP_STALE' });
    expect(await viewFlow(ports, handle)).toMatchObject({ step: 'denied', error: { code: 'TOO_MANY_ATTEMPTS' } });
  });

  const ends: [string, () => Promise<LoginDriver>][] = [
    [
      'that yielded a result',
      async () => {
        const walk = await LoginDriver.begin(await createFixture(ports));
        await walk.identify();
        expect(await walk.password()).toMatchObject({ step: 'done' });
        return walk;
      },
    ],
    [
      'of a test that has expired at once',
      async () => {
        const walk = await LoginDriver.begin(await testScene());
        await walk.identify();
        await walk.password();
        expect(await walk.otp('123456')).toMatchObject({ step: 'done' });
        return walk;
      },
    ],
    [
      'whose user has left the self-service page',
      async () => {
        const walk = await toSelf(await createFixture(ports, { resource: { selfService: EVERYTHING } }));
        unwrap(await signOutOfSelfService(ports, walk.handle));
        return walk;
      },
    ],
  ];
  test.each(ends)('one %s starts no other, however late its handle is used', async (_end, toEnd) => {
    const walk = await toEnd();
    const expiresAt = ports.clock.now() + FLOW_LIFETIME_MS;
    for (const wait of [0, 61_000, FLOW_LIFETIME_MS - 61_001, 1, 1]) {
      ports.clock.advance(wait);
      expect(['STEP_STALE', 'FLOW_NOT_FOUND']).toContain(stepOf(await identify(walk.handle)));
      if (wait > 0) expect(await walk.look()).toEqual(NOWHERE);
    }
    expect(ports.clock.now()).toBeGreaterThanOrEqual(expiresAt);
  });

  test('an administrator’s handle whose sign-in is gone shows none', async () => {
    const { account } = await createFixture(ports);
    const { handle } = unwrap(await startSignIn(ports, { account, client: {} }));
    unwrap(await answerEmail(ports, { handle, seq: 0, email: 'ada@shop.example', client: {} }));
    const key = administratorFlowDocument.key(idOf(handle));
    const now = ports.clock.now();
    await ports.store.commit({ anchor: key.anchor, operation: 'gone', now, expect: [], delete: [key] });
    expect(await readSignIn(ports, handle)).toEqual(NOWHERE);
  });

  test('the mark of a handle lives as long as the handle', async () => {
    const walk = await LoginDriver.begin(await testScene());
    ports.clock.advance(60_000);
    const [claim] = await writesOf(() => walk.identify());
    const mark = claim?.change.put?.find(({ key }) => key.name === 'flow-begun');
    expect(mark?.expiresAt).toBe(walk.view.expiresAt);
  });
});

// SR-5
describe('SR-5: anything but a valid handle of this sign-in is refused', () => {
  test('a handle changed in any place, cut short or made longer', async () => {
    const { handle } = await LoginDriver.begin(await createFixture(ports));
    const writes = await writesOf(async () => {
      await fc.assert(
        fc.asyncProperty(fc.nat(handle.length - 1), fc.constantFrom(...'AZaz09-_.=~'), async (at, letter) => {
          fc.pre(handle[at] !== letter);
          expect(await identify(handle.slice(0, at) + letter + handle.slice(at + 1))).toEqual(NOWHERE);
          expect(await viewFlow(ports, handle.slice(0, at))).toEqual(NOWHERE);
          expect(await identify(handle + letter)).toEqual(NOWHERE);
        }),
      );
    });
    expect(writes).toEqual([]);
    expect(stepOf(await identify(handle))).toBe('password');
  });

  test('a handle with the id of another one, of another account, or of an administrator', async () => {
    const [one, two] = [await createFixture(ports), await createFixture(ports)];
    const [walk, other] = [await LoginDriver.begin(one), await LoginDriver.begin(two)];
    const console = unwrap(await startSignIn(ports, { account: one.account, client: {} })).handle;
    const parts = [walk.handle, other.handle, console].map((handle) => handle.split('.'));
    for (const [id] of parts) {
      for (const [own, sealed] of parts) {
        if (own === id) continue;
        expect(await identify(`${id}.${sealed}`)).toEqual(NOWHERE);
        expect(await readSignIn(ports, `${id}.${sealed}`)).toEqual(NOWHERE);
      }
    }
    expect(await identify(console)).toEqual(NOWHERE);
    expect(await readSignIn(ports, walk.handle)).toEqual(NOWHERE);
    const email = { seq: 0, email: 'a@shop.example', client: {} };
    expect(await answerEmail(ports, { handle: walk.handle, ...email })).toEqual(NOWHERE);
  });

  test('an expired handle', async () => {
    const scene = await createFixture(ports);
    const [walk, late] = [await LoginDriver.begin(scene), await LoginDriver.begin(scene)];
    ports.clock.advance(FLOW_LIFETIME_MS - 1);
    expect(stepOf(await walk.identify())).toBe('password');
    ports.clock.advance(1);
    expect(await late.identify()).toEqual(NOWHERE);
    expect(await late.look()).toEqual(NOWHERE);
  });

  test('a handle whose page origin was removed from the list', async () => {
    const scene = await createFixture(ports);
    const walk = await LoginDriver.begin(scene);
    unwrap(
      await updateResource(ports, scene.account, scene.resource.id, { allowedOrigins: ['https://other.example'] }),
    );
    expect(await writesOf(async () => expect(await walk.identify()).toEqual(NOWHERE))).toEqual([]);
    expect(await walk.look()).toEqual(NOWHERE);
  });

  // SR-62
  test('SR-62: a handle from before a restore, which may have been started then', async () => {
    const own = await openTestPorts('sealed-flow/restored');
    const walk = await LoginDriver.begin(await createFixture(own));
    own.clock.advance(1_000);
    const now = own.clock.now();
    const key = restorationDocument.key();
    const value = { startedAt: now, finishedAt: now, backedUpAt: now - 60_000 };
    await own.store.commit({ anchor: key.anchor, operation: 'restore', now, expect: [], put: [{ key, value }] });
    expect(await walk.identify()).toEqual(NOWHERE);
    own.clock.advance(1);
    expect(stepOf(await (await LoginDriver.begin(walk.scene)).identify())).toBe('password');
    await own.close();
  });
});

// SR-61
test('SR-61: a passkey responds to the challenge of a start once, and not after another answer', async () => {
  const scene = await createFixture(ports, { resource: { passkeySignIn: true } });
  const device = new SoftwareAuthenticator();
  await givePasskey(scene, device);
  const walk = await LoginDriver.begin(scene);
  const response = device.get(inTheFrame(walk.view.passkey));
  const answers = await Promise.all(Array.from({ length: 10 }, () => walk.passkey(response, 0)));
  expect(answers.filter((verdict) => stepOf(verdict) === 'done')).toHaveLength(1);
  ports.clock.advance(120_000);
  expect(await walk.passkey(response, 0)).toEqual(NOWHERE);

  const named = await LoginDriver.begin(scene);
  const early = device.get(inTheFrame(named.view.passkey));
  await named.identify();
  expect(await named.passkey(early, 0)).toEqual({ refused: 'STEP_STALE' });
  expect(await named.passkey(early, 1)).toEqual({ refused: 'STEP_NOT_EXPECTED' });
});

test('the nonce, the origin and the resource’s state are fixed at the start', async () => {
  const scene = await createFixture(ports);
  const walk = await LoginDriver.begin(scene, { nonce: 'another-nonce-0123456789' });
  await walk.identify();
  const view = unwrap(await walk.password());
  const claims = await ports.signer.verify(view.result ?? '', { audience: scene.resource.id, now: ports.clock.now() });
  expect(claims).toMatchObject({ nonce: 'another-nonce-0123456789', origin: ORIGIN, jti: idOf(walk.handle) });

  const real = await LoginDriver.begin(scene);
  await overwrite(ports, resourceDocument.key(scene.resource.id), { testMode: 'pass' });
  expect(await real.identify()).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
});

test('the largest handle fits in a header, and is opaque to the browser', async () => {
  const { resource } = await createFixture(ports);
  const mac = 'a'.repeat(22);
  const asked = {
    nonce: 'n'.repeat(256),
    origin: `https://${'o'.repeat(240)}.example:65535`,
    purpose: 'enrol' as const,
    environment: { language: mac, zone: mac, platform: mac, screen: mac, colourDepth: mac, browser: mac },
  };
  const host = 'h'.repeat(253);
  const passkey = {
    rpId: host,
    origin: `https://${host}`,
    challenge: 'c'.repeat(43),
    allow: [],
    userVerification: 'required' as const,
  };
  // From a mailed enrolment link: its user is known.
  const linked = {
    login: '\u0001'.repeat(200),
    enrolmentLink: 'e'.repeat(64),
    enrolling: {
      kinds: ['webauthn', 'totp', 'email', 'sms'] as const,
      making: { kind: 'email' as const, token: 'tok_00000000000' as const, onRecord: 'm'.repeat(254) },
      basis: 'link' as const,
      credentialEpoch: Number.MAX_SAFE_INTEGER,
      passed: { otp: 'not_used' as const },
      mayWait: true,
    },
  };
  const begun = createFlow('flw_00000000000' as FlowId, resource, asked, ports.clock.now());
  const { handle } = sealFlow(ports, 'widget-flow', { ...begun, passkey, ...linked });
  expect(handle.length).toBeLessThan(5_000);
  // For an app, whose users have no link.
  const app = { redirectUri: 'r'.repeat(500), state: 's'.repeat(200), codeChallenge: 'c'.repeat(43) };
  expect(sealFlow(ports, 'widget-flow', { ...begun, passkey, app }).handle.length).toBeLessThan(5_000);
  expect(parseHandle(handle)?.id).toBe('flw_00000000000');
  expect(Buffer.from(handle.split('.')[1] ?? '', 'base64url').toString('latin1')).not.toMatch(/nnnn|aaaa|eeee/);
  const walk = await LoginDriver.begin(await createFixture(ports));
  expect(walk.handle.length).toBeLessThan(1_000);
  expect(walk.handle).not.toContain(Buffer.from(NONCE).toString('base64url').slice(4, 16));
});

describe('with a login request', () => {
  test('fifty starts keep one sign-in, with the attempts that it has left', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    const { account, resource } = scene;
    const asked = { account, resource: resource.id, user: 'alice', nonce: NONCE, passwordChecked: true };
    const { loginRequest } = unwrap(await createLoginRequest(ports, birth(ports, 'flw'), asked));
    const ids = new Set<string>();
    const writes = await writesOf(async () => {
      for (let at = 0; at < 50; at++) ids.add(idOf((await LoginDriver.begin(scene, { loginRequest })).handle));
    });
    expect(ids.size).toBe(1);
    expect(
      new Set(writes.flatMap(({ change }) => change.put?.map(({ key }) => `${key.anchor} ${key.name}`))).size,
    ).toBe(1);
  });
});
