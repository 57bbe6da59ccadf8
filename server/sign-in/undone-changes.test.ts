import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createChallenge } from '../authentication/create-challenge.ts';
import { hashSecret, newSecret } from '../kernel/secret-token.ts';
import { writeUserLink } from '../messages/user-link.ts';
import { newOperation } from '../store/transact.ts';
import {
  assign,
  authenticate,
  consumeResult,
  createLoginRequest,
  operatorContext,
  updateUser,
} from '../testing/as-operator.ts';
import { giveOcra } from '../testing/devices/ocra-device.ts';
import { freshAddress, giveSent } from '../testing/devices/sent-device.ts';
import {
  birth,
  createFixture,
  type Fixture,
  NONCE,
  overwrite,
  read,
  signInByApi,
  unwrap,
} from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { createMailedFixture, mailedCode } from '../testing/mailed-code-fixture.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { totpApp } from '../testing/totp-app.ts';
import { RESEND_AFTER_MS } from '../tokens/kinds/sent/out-of-band-code.ts';
import { userDocument } from '../users/documents.ts';
import type { User } from '../users/user.ts';
import { enrolmentLinkDocument } from './enrolment/documents.ts';
import { isEnrolmentLinkValid } from './enrolment/enrolment-link.ts';
import { issueEnrolmentLink } from './enrolment/issue-enrolment-link.ts';
import { knownSignInsDocument } from './rules/notices/documents.ts';
import { reportSignIn } from './rules/notices/report-sign-in.ts';
import { checkSignature } from './transactions/check-signature.ts';
import { requestSignature } from './transactions/request-signature.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('undone changes');
});
afterAll(() => ports.close());

const DENIED = { step: 'denied', error: { code: 'ACCESS_DENIED' } };

const change = async ({ account, user }: Fixture, changes: Parameters<typeof updateUser>[3]) =>
  unwrap(await updateUser(ports, account, user.id, changes));

/** What ends every sign-in that was begun before, and afterwards leaves the user as they were. */
const ACTS: Record<string, (scene: Fixture) => Promise<unknown>> = {
  'a block that was lifted': async (scene) => {
    await change(scene, { blocked: true });
    await change(scene, { blocked: false });
  },
  'another email address, and the old one again': async (scene) => {
    const { email = '' } = await read(ports, userDocument.key(scene.user.id));
    await change(scene, { email: `other-${email}` });
    await change(scene, { email });
  },
  'another phone number, and none again': async (scene) => {
    await change(scene, { phone: '+4915100000001' });
    await change(scene, { phone: null });
  },
  'a report of a sign-in, after which all was given back': async ({ user }) => {
    const before = await read(ports, userDocument.key(user.id));
    const secret = newSecret(ports);
    const links = [
      {
        secretHash: hashSecret(secret),
        resource: before.assignments[0]?.resource,
        expiresAt: ports.clock.now() + 1000,
      },
    ];
    await ports.store.commit({
      anchor: user.id,
      operation: newOperation(ports),
      now: ports.clock.now(),
      expect: [],
      put: [
        {
          key: knownSignInsDocument.key(user.id),
          value: { account: before.account, user: user.id, networks: [], browsers: [], links },
        },
      ],
    });
    unwrap(await reportSignIn(ports, {}, writeUserLink({ user: user.id, secret })));
    const { passwordHash } = before;
    await overwrite<User>(ports, userDocument.key(user.id), {
      blocked: false,
      ...(passwordHash !== undefined && { passwordHash }),
    });
  },
};

const setStage = (options: Parameters<typeof createFixture>[1] = {}) =>
  createFixture(ports, {
    tokens: [{}],
    ...options,
    user: { email: `${birth(ports, 'usr').id}@shop.example`, ...options.user },
  });

async function codeOf({ tokens: [token] }: Fixture): Promise<string> {
  ports.clock.advance(30_000);
  return (await token?.code()) ?? '';
}

// SR-39 The attack: a thief waits in a sign-in until the block is lifted, or the address is changed back.
describe.each(Object.entries(ACTS))('SR-39: %s', (_name, act) => {
  test('ends a sign-in that has shown the password', async () => {
    const scene = await setStage();
    const walk = await LoginDriver.toOtp(scene);
    await act(scene);
    await walk.otp(await codeOf(scene));
    expect(walk.view).toMatchObject(DENIED);
    const next = await LoginDriver.toOtp(scene);
    await next.otp(await codeOf(scene));
    expect(next.view.step).toBe('done');
  });

  test('ends a result before it is consumed, and before it is shown again', async () => {
    const scene = await setStage();
    const walk = await LoginDriver.toOtp(scene);
    await walk.otp(await codeOf(scene));
    const { account, resource } = scene;
    const { result = '' } = walk.view;
    await act(scene);
    const consumed = await consumeResult(ports, { account, resource: resource.id, result, nonce: NONCE });
    expect(consumed).toEqual({ refused: 'RESULT_REVOKED' });
    expect(await walk.look()).toMatchObject(DENIED);
  });

  test('ends a mailed code, and a sign-in that has shown one', async () => {
    const scene = await createMailedFixture(ports, { tokens: [{}] });
    const [sent, shown] = [await LoginDriver.begin(scene), await LoginDriver.begin(scene)];
    await sent.identify();
    const code = await mailedCode(sent, scene.to);
    await shown.identify();
    await shown.otp(await mailedCode(shown, scene.to));
    expect(shown.view.step).toBe('otp');
    await act(scene);
    await sent.otp(code);
    expect(sent.view).toMatchObject(DENIED);
    await shown.otp(await codeOf(scene));
    expect(shown.view).toMatchObject(DENIED);
  });

  test('ends a sign-in whose password the host has checked, and its request', async () => {
    const scene = await setStage();
    const { account, resource, user } = scene;
    const request = async () => {
      const asked = { account, resource: resource.id, user: user.id, nonce: NONCE, passwordChecked: true };
      return unwrap(await createLoginRequest(ports, birth(ports, 'flw'), asked)).loginRequest;
    };
    const begun = await LoginDriver.begin(scene, { loginRequest: await request() });
    expect(begun.view.step).toBe('otp');
    const waiting = await request();
    await act(scene);
    await begun.otp(await codeOf(scene));
    expect(begun.view).toMatchObject(DENIED);
    expect((await LoginDriver.begin(scene, { loginRequest: waiting })).view).toMatchObject(DENIED);
    expect((await LoginDriver.begin(scene, { loginRequest: await request() })).view.step).toBe('otp');
  });

  test('ends an enrolment link', async () => {
    const scene = await setStage({ resource: { enrolment: { kinds: ['totp'], required: false } } });
    const order = { resource: scene.resource.id, delivery: 'mail' } as const;
    unwrap(await issueEnrolmentLink(ports, operatorContext(scene.account), scene.user.id, order));
    const [link] = await ports.store.getMany([enrolmentLinkDocument.key(scene.user.id)], ports.clock.now());
    const isValid = async () =>
      link && isEnrolmentLinkValid(link.value, await read(ports, userDocument.key(scene.user.id)), ports.clock.now());
    expect(await isValid()).toBe(true);
    await act(scene);
    expect(await isValid()).toBe(false);
  });

  test.each(['email', 'ocra'] as const)('ends what the API asked for: %s', async (kind) => {
    const scene = await setStage({ tokens: [] });
    const sent = kind === 'email' ? freshAddress('email') : undefined;
    const device = sent === undefined ? await giveOcra(scene) : undefined;
    const token = device?.token ?? (await giveSent(scene, 'email', sent ?? '')).id;
    const answer = async (question = '') => device?.answer(question) ?? ports.codes.last(sent ?? '').code;
    const ask = async () => {
      const asked = { resource: scene.resource.id, user: scene.user.login, language: 'en' } as const;
      return answer(unwrap(await createChallenge(ports, operatorContext(scene.account), asked)).question);
    };
    const fields = [{ label: 'To', value: 'Bob' }];
    const askToSign = async () => {
      const asked = unwrap(await requestSignature(ports, operatorContext(scene.account), token, fields));
      return answer(asked.question);
    };
    const sign = (otp: string) => checkSignature(ports, operatorContext(scene.account), token, { fields, otp });
    const [code, signature] = [await ask(), await askToSign()];
    await act(scene);
    expect(await signInByApi(ports, scene, code)).toHaveProperty('refused');
    expect(await sign(signature)).toHaveProperty('refused');
    ports.clock.advance(RESEND_AFTER_MS);
    expect(await signInByApi(ports, scene, await ask())).toMatchObject({ otp: 'verified' });
    expect(await sign(await askToSign())).toHaveProperty('signed');
  });

  test('ends what the API asked of a token that is accepted without its user', async () => {
    const scene = await setStage({ tokens: [] });
    const { account, resource } = scene;
    const { token, answer } = await giveOcra(scene);
    unwrap(await assign(ports, { account, resource: resource.id, token }));
    const ask = async () => {
      const asked = { resource: resource.id, token, language: 'en' } as const;
      return answer(unwrap(await createChallenge(ports, operatorContext(account), asked)).question ?? '');
    };
    const show = (otp: string) => authenticate(ports, { account, resource: resource.id, method: 'token', token, otp });
    const before = await ask();
    await act(scene);
    expect(await show(before)).toHaveProperty('refused');
    expect(await show(await ask())).toMatchObject({ otp: 'verified' });
  });

  test('ends an enrolment that rests on the word of the site', async () => {
    const scene = await setStage({ tokens: [], resource: { enrolment: { kinds: ['totp'], required: true } } });
    const { account, resource, user } = scene;
    const begin = async () => {
      const asked = { account, resource: resource.id, user: user.id, nonce: NONCE, passwordChecked: true };
      const { loginRequest } = unwrap(await createLoginRequest(ports, birth(ports, 'flw'), asked));
      return LoginDriver.begin(scene, { loginRequest });
    };
    const begun = await begin();
    await act(scene);
    await begun.enrol(totpApp(begun.view).code(ports.clock.now()));
    expect(begun.view).toMatchObject(DENIED);
    const next = await begin();
    await next.enrol(totpApp(next.view).code(ports.clock.now()));
    expect(next.view.step).toBe('codes');
    await act(scene);
    await next.confirmCodes();
    expect(next.view).toMatchObject(DENIED);
  });
});
