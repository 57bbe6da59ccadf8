import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { authenticate } from '../../../authentication/authenticate.ts';
import { createChallenge } from '../../../authentication/create-challenge.ts';
import { explain } from '../../../authentication/explain.ts';
import { isRefusal } from '../../../kernel/result.ts';
import { assign } from '../../../resources/assign.ts';
import { createLoginRequest, operatorContext, updateUser } from '../../../testing/as-operator.ts';
import { giveSent } from '../../../testing/devices/sent-device.ts';
import { fakeHash } from '../../../testing/fake-hasher.ts';
import {
  addToken,
  birth,
  createFixture,
  type Fixture,
  type FixtureOptions,
  NONCE,
  PASSWORD,
  read,
  setState,
  signInByApi,
  unwrap,
} from '../../../testing/fixtures.ts';
import { LoginDriver } from '../../../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../../../testing/test-ports.ts';
import { totpApp } from '../../../testing/totp-app.ts';
import { userDocument } from '../../../users/documents.ts';
import { createTransaction } from '../../transactions/create-transaction.ts';
import { requestPasswordReset } from './request-password-reset.ts';
import { resetPassword } from './reset-password.ts';
import { startPasswordReset } from './start-password-reset.ts';

const NEW = 'seven quiet marmots';
let ports: TestPorts;
let people = 0;

beforeAll(async () => {
  ports = await openTestPorts('mailbox alone');
});
afterAll(() => ports.close());
beforeEach(() => {
  ports.courier.sent.length = 0;
});

/** A user whose codes go to the mailbox that also gets the resets. */
async function person(options: FixtureOptions = {}, to?: string) {
  people += 1;
  const email = `alice-${people}@shop.example`;
  const scene = await createFixture(ports, {
    ...options,
    resource: { passwordReset: true, ...options.resource },
    user: { email, ...options.user },
  });
  const { id } = await giveSent(scene, 'email', to ?? email);
  return { scene, email: to ?? email, mailed: id };
}

const from = () => ({ address: `198.51.${Math.floor(people / 200)}.${1 + (people % 200)}` });

/** The steps of an attacker who reads the mailbox and has nothing else. */
async function resetByMail({ account, resource, user }: Fixture, password = NEW, isByAdministrator = false) {
  if (isByAdministrator) unwrap(await startPasswordReset(ports, operatorContext(account), user.id, { language: 'en' }));
  else {
    const asked = { resource: resource.id, name: user.login, language: 'en' } as const;
    await unwrap(await requestPasswordReset(ports, from(), asked)).deliver();
  }
  const mail = ports.courier.sent.at(-1);
  const path = mail?.kind === 'password-reset' ? mail.facts.path : '';
  const link = /#(\S+)$/.exec(path)?.[1];
  unwrap(await resetPassword(ports, from(), { link, password, language: 'en' }));
}

async function toSecond(scene: Fixture, password = NEW): Promise<LoginDriver> {
  const walk = await LoginDriver.begin(scene);
  await walk.identify();
  await walk.password(password);
  return walk;
}
const markOf = async ({ user }: Fixture) => (await read(ports, userDocument.key(user.id))).needsConfirmation;
const outcomeOf = ({ view }: LoginDriver) => ({ step: view.step, code: view.error?.code });
const byApi = (scene: Fixture, otp: string, password = NEW) =>
  authenticate(ports, operatorContext(scene.account), {
    method: 'password-otp',
    resource: scene.resource.id,
    user: scene.user.login,
    password,
    otp,
  });

// SR-69
describe('the attack: the reader of a mailbox resets the password, and has the code sent to the same mailbox', () => {
  test('in the widget: the mailed code is not offered, none is sent, and the refusal says what to do', async () => {
    const { scene } = await person();
    await resetByMail(scene);
    const sent = ports.codes.sent.length;
    const walk = await toSecond(scene);
    expect(outcomeOf(walk)).toEqual({ step: 'denied', code: 'CONFIRMATION_REQUIRED' });
    expect(ports.codes.sent).toHaveLength(sent);
  });

  test('before the password is right, nothing reveals the reset', async () => {
    const { scene } = await person();
    await resetByMail(scene);
    const walk = await toSecond(scene, 'not the right password');
    expect(outcomeOf(walk)).toEqual({ step: 'password', code: 'INVALID_CREDENTIALS' });
  });

  test('over the API: no code is sent, and one that was sent before is refused', async () => {
    const { scene, email } = await person();
    const asked = { resource: scene.resource.id, user: scene.user.login, language: 'en' } as const;
    unwrap(await createChallenge(ports, operatorContext(scene.account), asked));
    await resetByMail(scene);
    expect(await byApi(scene, ports.codes.last(email).code)).toMatchObject({ refused: 'CONFIRMATION_REQUIRED' });
    ports.clock.advance(60_000);
    expect(await createChallenge(ports, operatorContext(scene.account), asked)).toEqual({
      refused: 'CONFIRMATION_REQUIRED',
    });
  });

  test('with an administrator’s link, and with a first password', async () => {
    for (const password of [true, false]) {
      const { scene } = await person({ password });
      await resetByMail(scene, NEW, true);
      expect(outcomeOf(await toSecond(scene))).toEqual({ step: 'denied', code: 'CONFIRMATION_REQUIRED' });
    }
  });

  test('with another stored address since, or a code to an alias of the mailbox', async () => {
    const { scene } = await person({}, 'alice+codes@shop.example');
    await resetByMail(scene);
    unwrap(await updateUser(ports, scene.account, scene.user.id, { email: 'elsewhere@shop.example' }));
    expect(outcomeOf(await toSecond(scene))).toEqual({ step: 'denied', code: 'CONFIRMATION_REQUIRED' });
  });

  test('with another token beside it that is locked, deactivated or not accepted here', async () => {
    for (const state of ['locked', 'deactivated'] as const) {
      const { scene } = await person();
      const token = await addToken(ports, scene.account, { owner: scene.user.id });
      unwrap(
        await assign(ports, operatorContext(scene.account), {
          resource: scene.resource.id,
          user: scene.user.id,
          token: token.id,
        }),
      );
      await setState(ports, scene.account, token.id, state);
      await resetByMail(scene);
      const walk = await toSecond(scene);
      expect(walk.view.step).toBe('denied');
      expect(walk.view.result).toBeUndefined();
    }
  });

  test('to step up a sign-in, to confirm a transaction, or after a password that the host has checked', async () => {
    const { scene } = await person({ resource: { rememberMs: 3_600_000 } });
    await resetByMail(scene);
    const who = { account: scene.account, resource: scene.resource.id, user: scene.user.login, nonce: NONCE };
    for (const more of [{ demand: { acr: '2' } }, { passwordChecked: true }] as const) {
      const request = { ...who, passwordChecked: false, ...more };
      const { loginRequest } = unwrap(await createLoginRequest(ports, birth(ports, 'flw'), request));
      const walk = await LoginDriver.begin(scene, { loginRequest });
      expect(outcomeOf(walk)).toEqual({ step: 'denied', code: 'CONFIRMATION_REQUIRED' });
    }
    const transaction = { ...who, fields: [{ label: 'Amount', value: '1' }] };
    const verdict = await createTransaction(ports, operatorContext(scene.account), birth(ports, 'flw'), transaction);
    expect(verdict).toMatchObject({ refused: 'SIGNING_TOKEN_MISSING' });
  });

  test('a sign-in that is at the code step when the password is reset', async () => {
    const { scene, email, mailed } = await person();
    const walk = await toSecond(scene, PASSWORD);
    await walk.choose(mailed);
    await resetByMail(scene);
    await walk.otp(ports.codes.last(email).code);
    expect(walk.view.step).toBe('denied');
  });

  test('by enrolling an app with the new password alone, where that is demanded or offered', async () => {
    for (const required of [true, false]) {
      const scene = await createFixture(ports, {
        resource: { passwordReset: true, enrolment: { kinds: ['totp'], required } },
        user: { email: 'alice@shop.example' },
      });
      await resetByMail(scene);
      const walk = await toSecond(scene);
      expect(walk.view.enrol?.kinds ?? []).toEqual([]);
      expect(walk.view.step).toBe(required ? 'enrol' : 'done');
      expect(walk.view.result === undefined).toBe(required);
    }
  });
});

describe('what the user can still do', () => {
  test('another token: it is offered alone, confirms the user, and mailed codes count again', async () => {
    const { scene, email, mailed } = await person({ tokens: [{}] });
    await resetByMail(scene);
    const walk = await toSecond(scene);
    expect(walk.view.factors?.map(({ kind }) => kind)).toEqual(['code']);
    expect(await markOf(scene)).toBeDefined();
    const before = ports.store.commits.length;
    await walk.otp((await scene.tokens[0]?.code()) ?? '');
    expect(walk.view.step).toBe('done');
    expect(await markOf(scene)).toBeUndefined();
    const events = ports.store.commits.slice(before).flatMap(({ change }) => change.append ?? []);
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'user.updated', subject: scene.user.id, changed: ['needsConfirmation'] }),
    );

    const next = await toSecond(scene);
    await next.choose(mailed);
    await next.otp(ports.codes.last(email).code);
    expect(next.view.step).toBe('done');
  });

  test('the same over the API', async () => {
    const { scene } = await person({ tokens: [{}] });
    await resetByMail(scene);
    unwrap(await byApi(scene, (await scene.tokens[0]?.code()) ?? ''));
    expect(await markOf(scene)).toBeUndefined();
  });

  test('an administrator, who confirms the user or sets a password another way', async () => {
    for (const changes of [{ needsConfirmation: false }, { password: NEW }] as const) {
      const { scene, mailed } = await person();
      await resetByMail(scene);
      unwrap(await updateUser(ports, scene.account, scene.user.id, { firstName: 'Alice' }));
      expect(await markOf(scene)).toBeDefined();
      unwrap(await updateUser(ports, scene.account, scene.user.id, changes));
      const walk = await toSecond(scene);
      expect(walk.view.factors?.map(({ id }) => id)).toEqual([mailed]);
    }
  });

  test('a first password opens the account: its user enrols an app, and mailed codes count after its first use', async () => {
    const scene = await createFixture(ports, {
      resource: { enrolment: { kinds: ['totp'], required: true }, tokenKinds: ['totp'] },
      user: { email: 'alice@shop.example' },
      password: false,
    });
    await resetByMail(scene, NEW, true);
    const walk = await toSecond(scene);
    const app = totpApp(walk.view);
    await walk.enrol(app.code(ports.clock.now()));
    expect(walk.view.step).toBe('done');
    expect(await markOf(scene)).toMatchObject({ isFirst: true });
    ports.clock.advance(30_000);
    const next = await toSecond(scene);
    await next.otp(app.code(ports.clock.now()));
    expect(next.view.step).toBe('done');
    expect(await markOf(scene)).toBeUndefined();
  });
});

describe('what does not confirm the user', () => {
  test('an app alone: its owner need not have set the password', async () => {
    const { scene } = await person({ tokens: [{}], resource: { methodPolicy: 'otp' } });
    await resetByMail(scene);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    await walk.otp((await scene.tokens[0]?.code()) ?? '');
    expect(walk.view.step).toBe('done');
    expect(await markOf(scene)).toBeDefined();
  });

  test('a password that was reset again while the code was checked', async () => {
    const { scene } = await person({ tokens: [{}] });
    await resetByMail(scene);
    ports.store.intercept = {
      commit: async ({ append = [] }, go) => {
        if (append.some((event) => JSON.stringify(event).includes('"granted"'))) {
          ports.store.intercept = {};
          ports.clock.advance(1);
          await resetByMail(scene, 'eight quiet marmots');
        }
        return go();
      },
    };
    unwrap(await byApi(scene, (await scene.tokens[0]?.code()) ?? ''));
    const { passwordHash, needsConfirmation } = await read(ports, userDocument.key(scene.user.id));
    expect(passwordHash).toBe(fakeHash('eight quiet marmots'));
    expect(needsConfirmation).toBeDefined();
  });
});

test('`explain` reports the reason, like a sign-in does', async () => {
  const { scene } = await person();
  await resetByMail(scene);
  const question = { resource: scene.resource.id, subject: { user: scene.user.login, method: 'widget' as const } };
  const explanation = unwrap(await explain(ports, operatorContext(scene.account), question));
  expect(explanation.explained.verdict).toEqual({ granted: false, code: 'CONFIRMATION_REQUIRED' });
  expect(isRefusal(await signInByApi(ports, scene, '000000'))).toBe(true);
});
