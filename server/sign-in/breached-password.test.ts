import type { BreachPolicy } from '@countersign/protocol/resources';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { endsByBreach, passwordRemedy, recordBreach } from '../authentication/breached-password.ts';
import type { AccountEvent } from '../kernel/event.ts';
import { LookupsCrowded } from '../kernel/ports/breached-passwords.ts';
import { FREE_PASSWORD_FAILURES } from '../passwords/password-backoff.ts';
import type { Resource } from '../resources/resource.ts';
import { authenticate, consumeResult, operatorContext, updateResource } from '../testing/as-operator.ts';
import {
  createFixture,
  type Fixture,
  NONCE,
  PASSWORD,
  type TokenSpec,
  unwrap,
  wrongCode,
} from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('breached password');
});
afterAll(() => ports.close());

/** Of the service's list; the users chose theirs before they were stolen. */
const isListed = vi.fn(async (password: string) => password === PASSWORD);
beforeEach(() => {
  isListed.mockClear();
});

type Settings = Partial<Pick<Resource, 'methodPolicy' | 'selfService' | 'passwordReset' | 'rememberMs' | 'enrolment'>>;
async function made(
  breachedPasswords: BreachPolicy | undefined,
  settings: Settings = {},
  tokens: TokenSpec[] = [{ kind: 'hotp' }],
): Promise<Fixture> {
  ports.breachedPasswords = undefined;
  const scene = await createFixture(ports, {
    tokens,
    user: { email: 'alice@shop.example' },
    resource: { methodPolicy: 'password-otp', ...settings, ...(breachedPasswords && { breachedPasswords }) },
  });
  ports.breachedPasswords = { isListed };
  return scene;
}
const code = async ({ tokens }: Fixture) => (await tokens[0]?.code()) ?? '';
const PAGE = { tokens: false, password: true, details: [], browsers: false };

async function eventsOf(work: () => Promise<unknown>): Promise<AccountEvent[]> {
  const before = ports.store.commits.length;
  await work();
  return ports.store.commits.slice(before).flatMap(({ change }) => (change.append ?? []) as unknown as AccountEvent[]);
}
const told = (events: AccountEvent[]) => events.filter(({ type }) => type === 'user.password-breached').length;

// SR-17
describe('the attack: to learn from the answers which guessed passwords are on a list', () => {
  test.each(['warn', 'refuse'] as const)('a wrong password is not looked up (%s)', async (policy) => {
    const scene = await made(policy);
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    await walk.password('another stolen password');
    expect(walk.view).toMatchObject({ step: 'password', error: { code: 'INVALID_CREDENTIALS' } });
    expect(await signIn(scene, { password: 'another stolen password' })).toEqual({ refused: 'INVALID_CREDENTIALS' });
    expect(await signIn(scene, { user: 'unknown-name' })).toEqual({ refused: 'INVALID_CREDENTIALS' });
    expect(isListed).not.toHaveBeenCalled();
  });

  test('the right one alone gets the answer of any other right one', async () => {
    const scene = await made('refuse');
    const walk = await LoginDriver.toOtp(scene);
    expect(walk.view).toMatchObject({ step: 'otp' });
    expect(JSON.stringify(walk.view)).not.toMatch(/breach|unlock|PASSWORD/);
    await walk.otp(await wrongCode(scene));
    expect(walk.view).toMatchObject({ step: 'otp', error: { code: 'OTP_WRONG' } });
    expect(await signIn(scene, {})).toMatchObject({ refused: 'OTP_REQUIRED' });
    expect(await signIn(scene, { otp: await wrongCode(scene) })).toMatchObject({ refused: 'OTP_WRONG' });
  });
});

function signIn({ account, resource, user }: Fixture, given: { password?: string; user?: string; otp?: string }) {
  const asked = { user: user.login, password: PASSWORD, ...given, resource: resource.id };
  return authenticate(ports, { account, method: 'password-otp', ...asked });
}

describe('in the widget', () => {
  test.each([undefined, 'off'] as const)('a resource with the setting %s looks nothing up', async (policy) => {
    const scene = await made(policy);
    const walk = await LoginDriver.toOtp(scene);
    await walk.otp(await code(scene));
    expect(walk.view).toMatchObject({ step: 'done' });
    expect(walk.view).not.toHaveProperty('unlock');
    expect(unwrap(await signIn(scene, { otp: await code(scene) }))).not.toHaveProperty('passwordBreached');
    expect(isListed).not.toHaveBeenCalled();
  });

  test('with `warn` the sign-in completes: result, event and user are told', async () => {
    const scene = await made('warn', { selfService: PAGE });
    const walk = await LoginDriver.toOtp(scene);
    const events = await eventsOf(async () => walk.otp(await code(scene)));
    expect(walk.view).toMatchObject({ step: 'done', unlock: 'self-service' });
    expect(told(events)).toBe(1);
    const { account, resource } = scene;
    const taken = { account, resource: resource.id, result: walk.view.result ?? '', nonce: NONCE };
    expect(unwrap(await consumeResult(ports, taken)).claims).toMatchObject({ acr: '2', password_breached: true });
  });

  test('another password is not reported', async () => {
    const scene = await made('warn');
    isListed.mockResolvedValueOnce(false);
    const walk = await LoginDriver.toOtp(scene);
    const events = await eventsOf(async () => walk.otp(await code(scene)));
    expect(walk.view).toMatchObject({ step: 'done' });
    expect(told(events)).toBe(0);
    const { account, resource } = scene;
    const taken = { account, resource: resource.id, result: walk.view.result ?? '', nonce: NONCE };
    expect(unwrap(await consumeResult(ports, taken)).claims).not.toHaveProperty('password_breached');
  });

  test.each([
    ['self-service', { selfService: PAGE, passwordReset: true }],
    ['reset', { passwordReset: true }],
    ['administrator', { selfService: { ...PAGE, password: false } }],
  ] as const)('with `refuse` it ends after the last factor, and leads to the %s', async (unlock, settings) => {
    const scene = await made('refuse', settings);
    const walk = await LoginDriver.toOtp(scene);
    const events = await eventsOf(async () => walk.otp(await code(scene)));
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'PASSWORD_CHANGE_REQUIRED' }, unlock });
    expect(walk.view).not.toHaveProperty('result');
    const refused = { type: 'authentication', outcome: 'refused', reason: 'PASSWORD_CHANGE_REQUIRED' };
    expect(events).toContainEqual(expect.objectContaining({ ...refused, subject: scene.user.id }));
    // It is no offer to unlock tokens by mail.
    expect(await walk.askUnlock()).toHaveProperty('refused');
  });

  test('it also ends where the password is the only factor', async () => {
    const walk = await LoginDriver.begin(await made('refuse', { methodPolicy: 'password' }));
    await walk.identify();
    await walk.password();
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'PASSWORD_CHANGE_REQUIRED' } });
  });

  test('a resource that becomes stricter meanwhile is obeyed', async () => {
    const scene = await made('warn');
    const walk = await LoginDriver.toOtp(scene);
    unwrap(await updateResource(ports, scene.account, scene.resource.id, { breachedPasswords: 'refuse' }));
    await walk.otp(await code(scene));
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'PASSWORD_CHANGE_REQUIRED' } });
  });

  test('the self-service page opens, and says so until the password is changed', async () => {
    const scene = await made('refuse', { selfService: PAGE });
    const walk = await LoginDriver.toOtp(scene, { purpose: 'self' });
    await walk.otp(await code(scene));
    expect(walk.view).toMatchObject({ step: 'self', self: { passwordBreached: true } });
  });

  // SR-3
  test.each(['warn', 'refuse'] as const)(
    'an outage, where the operator refuses then, completes no sign-in and skips no factor (%s)',
    async (policy) => {
      const scene = await made(policy);
      isListed.mockRejectedValueOnce(new Error('no answer in time'));
      const walk = await LoginDriver.begin(scene);
      await walk.identify();
      await expect(walk.password()).rejects.toMatchObject({ code: 'DEPENDENCY_FAILED' });
      await walk.look();
      expect(walk.view).toMatchObject({ step: 'password' });
    },
  );

  // SR-76. The attack: so many lookups that the next one is not made, and a stolen password signs in.
  test('SR-76: too many lookups complete no sign-in where the list refuses, and every one where it warns', async () => {
    isListed.mockRejectedValue(new LookupsCrowded('too many lookups wait'));
    const strict = await made('refuse');
    const walk = await LoginDriver.begin(strict);
    await walk.identify();
    await expect(walk.password()).rejects.toMatchObject({ code: 'DEPENDENCY_FAILED' });
    await expect(signIn(strict, { otp: await code(strict) })).rejects.toMatchObject({ code: 'DEPENDENCY_FAILED' });
    const lenient = await made('warn');
    const other = await LoginDriver.toOtp(lenient);
    const events = await eventsOf(async () => other.otp(await code(lenient)));
    expect(other.view.step).toBe('done');
    // Nothing is known of the password, so nothing is said about it.
    expect(told(events)).toBe(0);
    expect(unwrap(await signIn(lenient, { otp: await code(lenient) }))).not.toHaveProperty('passwordBreached');
    isListed.mockImplementation(async (password) => password === PASSWORD);
  });

  // SR-16. The password is right, so an outage of the list must not make its user wait like a guesser.
  test('an outage counts no wrong password', async () => {
    const scene = await made('refuse');
    isListed.mockRejectedValue(new Error('no answer in time'));
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    for (let at = 0; at <= FREE_PASSWORD_FAILURES; at++) {
      await expect(walk.password()).rejects.toMatchObject({ code: 'DEPENDENCY_FAILED' });
      await expect(signIn(scene, { otp: '000000' })).rejects.toMatchObject({ code: 'DEPENDENCY_FAILED' });
    }
    isListed.mockReset().mockImplementation(async (typed) => typed === PASSWORD);
    await walk.password();
    expect(walk.view).toMatchObject({ step: 'otp' });
  });
});

describe('where the password can be changed', () => {
  test.each([
    ['reset', true, 'alice@shop.example', false],
    ['administrator', false, 'alice@shop.example', false],
    ['administrator', true, undefined, false],
    ['administrator', true, 'alice@shop.example', true],
  ] as const)('%s, with resets %s, the address %s and no mail: %s', (remedy, passwordReset, email, isAbsent) => {
    const courier = { send: async () => {}, ...(isAbsent && { isAbsent }) };
    expect(passwordRemedy({ courier }, { passwordReset }, { ...(email && { email }) })).toBe(remedy);
  });

  test('on no page, if the resource has none', () => {
    expect(endsByBreach({ purpose: 'self' }, { breachedPasswords: 'refuse' })).toBe(true);
    expect(endsByBreach({ purpose: 'self' }, { breachedPasswords: 'refuse', selfService: PAGE })).toBe(false);
    expect(endsByBreach({}, { breachedPasswords: 'refuse', selfService: PAGE })).toBe(true);
    expect(endsByBreach({}, { breachedPasswords: 'warn' })).toBe(false);
  });
});

test('nothing is recorded about a user who was deleted meanwhile', async () => {
  const { account, resource } = await made('warn');
  const events = await eventsOf(() => recordBreach(ports, operatorContext(account), 'usr_00000000000', resource));
  expect(events).toEqual([]);
});

// SR-5. With `passkeySignIn` a passkey of a thief would sign in without the password that is refused.
describe('the attack: a stolen password that is refused sets up a token of the thief first', () => {
  const enrolment: Resource['enrolment'] = { kinds: ['totp', 'webauthn'], required: false };
  const ended = { step: 'denied', error: { code: 'PASSWORD_CHANGE_REQUIRED' }, unlock: 'administrator' };
  test.each(['auto', 'password-otp'] as const)(
    'the first one, where it is the only factor (%s)',
    async (methodPolicy) => {
      const settings = { methodPolicy, enrolment };
      const refused = await LoginDriver.begin(await made('refuse', settings, []));
      await refused.identify();
      await refused.password();
      expect(refused.view).toMatchObject(ended);
      const warned = await LoginDriver.begin(await made('warn', settings, []));
      await warned.identify();
      await warned.password();
      expect(warned.view).toMatchObject({ step: 'enrol' });
    },
  );

  test.each([
    [PAGE, { step: 'enrol' }],
    [{ ...PAGE, tokens: true, password: false }, ended],
  ])('on the way to the page where it can be changed, or cannot (%#)', async (selfService, view) => {
    const settings = { methodPolicy: 'auto', enrolment } as const;
    const walk = await LoginDriver.begin(await made('refuse', { ...settings, selfService }, []), { purpose: 'self' });
    await walk.identify();
    await walk.password();
    expect(walk.view).toMatchObject(view);
  });

  test('another one, with a relayed code', async () => {
    const settings = { enrolment };
    const scene = await made('refuse', settings);
    const walk = await LoginDriver.toOtp(scene, { purpose: 'enrol' });
    await walk.otp(await code(scene));
    expect(walk.view).toMatchObject(ended);
  });

  test('a page that cannot change it does not open', async () => {
    const scene = await made('refuse', { selfService: { ...PAGE, tokens: true, password: false } });
    const walk = await LoginDriver.toOtp(scene, { purpose: 'self' });
    await walk.otp(await code(scene));
    expect(walk.view).toMatchObject(ended);
  });
});

describe('by API', () => {
  test('with `warn` the answer and an event say so', async () => {
    const scene = await made('warn');
    const otp = await code(scene);
    const events = await eventsOf(async () =>
      expect(await signIn(scene, { otp })).toMatchObject({ otp: 'verified', passwordBreached: true }),
    );
    expect(told(events)).toBe(1);
  });

  test('with `refuse` nothing is granted, and the code is used up', async () => {
    const scene = await made('refuse');
    const otp = await code(scene);
    const events = await eventsOf(async () =>
      expect(await signIn(scene, { otp })).toMatchObject({ refused: 'PASSWORD_CHANGE_REQUIRED' }),
    );
    expect(events.filter(({ outcome }) => outcome === 'granted')).toEqual([]);
    const refused = { outcome: 'refused', reason: 'PASSWORD_CHANGE_REQUIRED', subject: scene.user.id };
    expect(events).toContainEqual(expect.objectContaining(refused));
    expect(await signIn(scene, { otp })).toMatchObject({ refused: 'OTP_REPLAYED' });
  });

  test('with `refuse` nothing is granted where no code is needed either', async () => {
    const scene = await made('refuse', {}, [{ kind: 'hotp', state: 'deactivated' }]);
    const events = await eventsOf(async () =>
      expect(await signIn(scene, { otp: '000000' })).toMatchObject({ refused: 'PASSWORD_CHANGE_REQUIRED' }),
    );
    const refused = { outcome: 'refused', reason: 'PASSWORD_CHANGE_REQUIRED', subject: scene.user.id };
    expect(events.filter(({ type }) => type === 'authentication')).toEqual([expect.objectContaining(refused)]);
  });

  test('nothing is looked up while the code is missing', async () => {
    expect(await signIn(await made('refuse'), {})).toMatchObject({ refused: 'OTP_REQUIRED' });
    expect(isListed).not.toHaveBeenCalled();
  });

  test('the method `password` obeys too', async () => {
    const scene = await made('refuse');
    const { account, resource, user } = scene;
    const asked = { account, resource: resource.id, user: user.login, password: PASSWORD, method: 'password' } as const;
    expect(await authenticate(ports, asked)).toMatchObject({ refused: 'PASSWORD_CHANGE_REQUIRED' });
    unwrap(await updateResource(ports, account, resource.id, { breachedPasswords: 'warn' }));
    expect(await authenticate(ports, asked)).toMatchObject({ otp: 'not_used', passwordBreached: true });
  });
});
