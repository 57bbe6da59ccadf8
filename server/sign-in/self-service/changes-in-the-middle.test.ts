import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { updateUser } from '../../testing/as-operator.ts';
import { beforeCommitOf } from '../../testing/before-commit.ts';
import { type Fixture, PASSWORD, read, runMeanwhile, unwrap } from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { createSelfServiceFixture, shownIn, toSelf, withOwnApp } from '../../testing/self-service-fixture.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { tokenDocument, tokenIndexes } from '../../tokens/documents.ts';
import { userDocument } from '../../users/documents.ts';
import { confirmEmailChange, requestEmailChange } from './change-email.ts';
import { changeOwnNames } from './change-names.ts';
import { changeOwnPassword } from './change-password.ts';
import { removeOwnToken } from './remove-token.ts';
import { renewRecoveryCodes } from './renew-recovery-codes.ts';

// SR-4, SR-38: a concurrent change elsewhere wins over an action here.
let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('self-service in the middle');
});
beforeEach(() => {
  ports.courier.sent.length = 0;
  ports.clock.advance(24 * 3_600_000);
});
afterEach(() => {
  ports.store.intercept = {};
});
afterAll(() => ports.close());

const ELSEWHERE = 'elsewhere@shop.example';

const movesAddress = (scene: Fixture) => async (replica: TestPorts) =>
  unwrap(await updateUser(replica, scene.account, scene.user.id, { email: ELSEWHERE }));

describe('a change of the address elsewhere, just before', () => {
  const setStage = () => createSelfServiceFixture(ports, { tokens: [{}], alone: true });
  const stored = async (scene: Fixture) => {
    const { passwordHash, firstName, email, assignments } = await read(ports, userDocument.key(scene.user.id));
    return { passwordHash, firstName, email, assignments };
  };
  const acts: [string, (walk: LoginDriver) => Promise<unknown>][] = [
    [
      'a password',
      (walk) => walk.self(changeOwnPassword, { current: PASSWORD, password: 'a quite different set of words' }),
    ],
    ['a name', (walk) => walk.self(changeOwnNames, { names: { firstName: 'Mallory' } })],
    ['recovery codes', (walk) => walk.self(renewRecoveryCodes, {})],
  ];

  test.each(acts)('%s: changes nothing, and the page has ended', async (_, perform) => {
    const scene = await setStage();
    const walk = await toSelf(scene);
    const before = await stored(scene);
    beforeCommitOf(ports, 'user', movesAddress(scene));
    expect(await perform(walk)).toMatchObject({ step: 'denied', error: { code: 'FLOW_NOT_FOUND' } });
    expect(walk.view.self).toBeUndefined();
    expect(await stored(scene)).toEqual({ ...before, email: ELSEWHERE });
    expect(ports.courier.sent).toEqual([]);
    const owned = await ports.store.range(tokenIndexes.ofOwner(scene.account, scene.user.id), { limit: 10 });
    expect(owned.map(({ id }) => id)).toEqual([scene.tokens[0]?.id]);
  });

  test('a new address: the one from elsewhere stays', async () => {
    const scene = await setStage();
    const walk = await toSelf(scene);
    await walk.self(requestEmailChange, { email: 'alice@new.example' });
    const { code } = ports.courier.last('confirmation-code', 'alice@new.example');
    beforeCommitOf(ports, 'user', movesAddress(scene));
    expect(await walk.self(confirmEmailChange, { code })).toMatchObject({ step: 'denied' });
    expect(await stored(scene)).toMatchObject({ email: ELSEWHERE });
  });

  test('a removal: the token stays', async () => {
    const scene = await createSelfServiceFixture(ports);
    const { walk } = await withOwnApp(scene);
    const [token] = shownIn(walk.view).tokens;
    const before = await stored(scene);
    beforeCommitOf(ports, 'user', movesAddress(scene));
    expect(await walk.self(removeOwnToken, { token: token?.id ?? '' })).toMatchObject({ step: 'denied' });
    expect(await stored(scene)).toEqual({ ...before, email: ELSEWHERE });
    expect(await read(ports, tokenDocument.key(token?.id as never))).toMatchObject({ owner: scene.user.id });
  });
});

test('a page does not open after the password was changed elsewhere', async () => {
  const scene = await createSelfServiceFixture(ports, { tokens: [{}], alone: true });
  const walk = await LoginDriver.toOtp(scene, { purpose: 'self' });
  beforeCommitOf(ports, 'token', async (replica) =>
    unwrap(await runMeanwhile.changePassword({ ...scene, ports: replica })),
  );
  expect(await walk.otp((await scene.tokens[0]?.code()) ?? '')).toMatchObject({
    step: 'denied',
    error: { code: 'ACCESS_DENIED' },
  });
});
