import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { isRefusal } from '../../kernel/result.ts';
import { createLoginRequest } from '../../testing/as-operator.ts';
import { birth, createFixture, type Fixture, NONCE, unwrap, wrongCode } from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { LOGIN_REQUEST_ATTEMPTS } from '../flow.ts';
import { FLOW_WRONG_ANSWERS } from '../flow-transitions.ts';
import { startRedirectedFlow } from './start-redirected-flow.ts';

const BACK = 'https://shop.example/signed-in';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('redirected flow');
});
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());

const sceneWithToken = () => createFixture(ports, { tokens: [{}], resource: { redirectUris: [BACK] } });
const code = async (scene: Fixture) => (await scene.tokens[0]?.code()) ?? '';
const begin = (loginRequest: string) => startRedirectedFlow(ports, { loginRequest, client: {} });

/** The login request that the site's backend gets for a visitor who starts a sign-in there. */
async function ask({ account, resource }: Fixture, user?: string): Promise<string> {
  const input = { account, resource: resource.id, nonce: NONCE, passwordChecked: user !== undefined };
  const named = user === undefined ? {} : { user };
  const asked = await createLoginRequest(ports, birth(ports, 'flw'), { ...input, ...named, redirectUri: BACK });
  return unwrap(asked).loginRequest;
}

const open = async (scene: Fixture, loginRequest: string) =>
  new LoginDriver(scene, ports, unwrap(await begin(loginRequest)), undefined);

async function signIn(walk: LoginDriver): Promise<void> {
  if (walk.view.step === 'identify') await walk.identify();
  if (walk.view.step === 'password') await walk.password();
  await walk.otp(await code(walk.scene));
}

// SR-5. The attack: an attacker starts a sign-in at the site, whose nonce is in their own cookie, and passes the
// address of the hosted page on to a user who signs in there. The attacker then asks for that result.
describe.each([
  ['no user is named', () => undefined],
  ['the site has named the user, whose password the attacker has', ({ user }: Fixture) => user.login as string],
] as const)('an attacker who passes the address of the hosted page on: %s', (_, nameOf) => {
  test('does not get the result that another user signed in for', async () => {
    const scene = await sceneWithToken();
    const request = await ask(scene, nameOf(scene));
    const victim = await open(scene, request);
    await signIn(victim);
    expect(victim.view).toMatchObject({ step: 'done', result: expect.any(String) });
    for (let times = 0; times < 3; times++) expect(await begin(request)).toEqual({ refused: 'LOGIN_REQUEST_INVALID' });
    // The user who signed in still has it.
    expect(await victim.look()).toMatchObject({ step: 'done', result: expect.any(String) });
  });

  test('does not get it by starting while the code of another user is being checked', async () => {
    const scene = await sceneWithToken();
    const request = await ask(scene, nameOf(scene));
    const victim = await open(scene, request);
    if (victim.view.step === 'identify') await victim.identify();
    if (victim.view.step === 'password') await victim.password();
    let attacker: LoginDriver | undefined;
    ports.store.intercept = {
      async commit(change, go) {
        if (change.anchor !== scene.tokens[0]?.id) return go();
        ports.store.intercept = {};
        attacker = await open(scene, request);
        return go();
      },
    };
    await victim.otp(await code(scene));
    const seen = await attacker?.look();
    expect(seen).toMatchObject({ seq: 0, step: expect.stringMatching(/^(?:identify|otp)$/) });
    expect(seen).not.toHaveProperty('result');
  });
});

test('starting again gives back no attempt', async () => {
  const scene = await createFixture(ports, {
    tokens: [{}],
    resource: { redirectUris: [BACK], failedAttemptsBeforeLock: 10 },
  });
  const request = await ask(scene, scene.user.login);
  let refused = 0;
  for (let times = 0; times < 12; times++) {
    const begun = await begin(request);
    if (isRefusal(begun)) break;
    const walk = new LoginDriver(scene, ports, begun, undefined);
    await walk.otp(await wrongCode(scene, times));
    refused += 1;
  }
  expect(refused).toBe(LOGIN_REQUEST_ATTEMPTS);
});

test('starting again while a code is being checked grants no extra try', async () => {
  const scene = await createFixture(ports, {
    tokens: [{}],
    resource: { redirectUris: [BACK], failedAttemptsBeforeLock: 10 },
  });
  const request = await ask(scene, scene.user.login);
  const guesses: Promise<unknown>[] = [];
  const guess = async (): Promise<void> => {
    const begun = await begin(request);
    if (isRefusal(begun) || begun.step !== 'otp') return;
    ports.store.intercept = {
      async commit(change, go) {
        if (change.anchor !== scene.tokens[0]?.id) return go();
        ports.store.intercept = {};
        if (guesses.length < 12) await guess();
        return go();
      },
    };
    guesses.push(new LoginDriver(scene, ports, begun, undefined).otp(await wrongCode(scene, guesses.length)));
  };
  await guess();
  while (guesses.length < 12) {
    const before = guesses.length;
    await Promise.all(guesses);
    if (guesses.length === before) break;
  }
  expect(guesses).toHaveLength(LOGIN_REQUEST_ATTEMPTS);
});

test('SR-14: where no user is named it gives none back either, and not once they are used up', async () => {
  const scene = await sceneWithToken();
  const request = await ask(scene);
  let tried = 0;
  for (let times = 0; times < FLOW_WRONG_ANSWERS * 3; times++) {
    const begun = await begin(request);
    if (isRefusal(begun) || begun.step !== 'identify') continue;
    const walk = new LoginDriver(scene, ports, begun, undefined);
    await walk.identify(`stranger-${times}`);
    await walk.password('not the password');
    tried += 1;
  }
  expect(tried).toBe(FLOW_WRONG_ANSWERS);
});
