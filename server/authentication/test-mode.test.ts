import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { TEST_MODES } from '@countersign/protocol/resources';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resourceDocument } from '../resources/documents.ts';
import { newOperation } from '../store/transact.ts';
import { assign, authenticate, consumeResult, updateResource } from '../testing/as-operator.ts';
import { addResource, createFixture, type Fixture, NONCE, PASSWORD } from '../testing/fixtures.ts';
import { LoginDriver } from '../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('test mode');
});
afterAll(() => ports.close());

/** The fixture's account with a test resource beside the user's own. */
async function testScene(testMode: (typeof TEST_MODES)[number], settings = {}): Promise<Fixture> {
  const scene = await createFixture(ports, { tokens: [{}] });
  return { ...scene, resource: await addResource(ports, scene.account, { testMode, ...settings }) };
}

const verify = ({ resource }: Fixture, result: string) =>
  ports.signer.verify(result, { audience: resource.id, now: ports.clock.now() });
const consume = ({ account, resource }: Fixture, result: string, acceptTest?: boolean) =>
  consumeResult(ports, { account, resource: resource.id, result, nonce: NONCE, ...(acceptTest && { acceptTest }) });
const typOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString()).typ;

/** Writes the resource directly, as a manual edit of the database or a future bug might. */
async function forceMode({ resource }: Fixture, testMode: 'pass' | undefined): Promise<void> {
  const key = resourceDocument.key(resource.id);
  const [stored] = await ports.store.getMany([key], ports.clock.now());
  if (!stored) throw new Error('no such resource');
  const { testMode: _before, ...rest } = stored.value;
  const value = { ...rest, ...omitUndefined({ testMode }) };
  const at = { anchor: key.anchor, operation: newOperation(ports), now: ports.clock.now() };
  await ports.store.commit({ ...at, expect: [{ key, version: stored.version }], put: [{ key, value }] });
}

// SR-5, SR-9: the attack: a result of a test resource is mistaken for a sign-in.
describe('a result of a test resource', () => {
  test.each(['auto', 'password', 'otp'] as const)(
    'names no user, and is marked as a test in three places: %s',
    async (methodPolicy) => {
      const scene = await testScene('pass', { methodPolicy });
      const walk = await LoginDriver.begin(scene);
      await walk.identify('any login at all');
      if (methodPolicy !== 'otp') await walk.password('whatever');
      if (methodPolicy !== 'password') await walk.otp('000000');
      expect(walk.view.step).toBe('done');
      const { result = '' } = walk.view;
      expect(typOf(result)).toBe('countersign-test-result+jwt');
      expect(await verify(scene, result)).toMatchObject({ test: true, sub: 'test', preferred_username: 'test' });
    },
  );

  test('is also created when the user selects another factor', async () => {
    const scene = await testScene('pass', { methodPolicy: 'otp' });
    const walk = await LoginDriver.begin(scene);
    await walk.identify('any login at all');
    const other = walk.view.factors?.find(({ kind }) => kind === 'recovery')?.id ?? '';
    expect(await walk.choose(other)).toMatchObject({ step: 'done' });
    expect(await verify(scene, walk.view.result ?? '')).toMatchObject({ test: true, sub: 'test' });
  });

  test('is refused to a backend that did not ask for tests, and used up by one that did', async () => {
    const scene = await testScene('pass', { methodPolicy: 'password' });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    await walk.password('whatever');
    const { result = '' } = walk.view;
    expect(await consume(scene, result)).toMatchObject({ refused: 'RESULT_TEST' });
    expect(await consume(scene, result, true)).toMatchObject({ claims: { test: true, sub: 'test' } });
    expect(await consume(scene, result, true)).toMatchObject({ refused: 'RESULT_USED' });
  });

  test('without its header or its claim does not verify', async () => {
    const scene = await testScene('pass', { methodPolicy: 'password' });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    await walk.password('whatever');
    const [header = '', payload = '', signature = ''] = (walk.view.result ?? '').split('.');
    const edit = (part: string, change: object) => {
      const edited = { ...JSON.parse(Buffer.from(part, 'base64url').toString()), ...change };
      return Buffer.from(JSON.stringify(edited)).toString('base64url');
    };
    for (const forged of [
      `${edit(header, { typ: 'countersign-result+jwt' })}.${payload}.${signature}`,
      `${header}.${edit(payload, { test: undefined })}.${signature}`,
    ]) {
      expect(await verify(scene, forged)).toBeUndefined();
      expect(await consume(scene, forged, true)).toMatchObject({ refused: 'RESULT_INVALID' });
    }
  });
});

// The attack: a live resource of a shop is turned into one that accepts every user.
describe('a live resource', () => {
  test('cannot be turned into a test resource, nor a test resource into a live one', async () => {
    const shop = await createFixture(ports);
    for (const testMode of TEST_MODES) {
      const changes = { name: 'Renamed', testMode };
      expect(await updateResource(ports, shop.account, shop.resource.id, changes)).toMatchObject({
        object: expect.not.objectContaining({ testMode: expect.anything() }),
      });
    }
    const scene = await testScene('fail');
    const changes = { name: 'Renamed', testMode: undefined };
    expect(await updateResource(ports, scene.account, scene.resource.id, changes)).toMatchObject({
      object: { name: 'Renamed', testMode: 'fail' },
    });
  });

  test('changed in the store itself: no sign-in in progress succeeds, and no earlier or later result is valid', async () => {
    const scene = await createFixture(ports);
    const before = await LoginDriver.begin(scene);
    await before.identify();
    await before.password();
    const onTheWay = await LoginDriver.begin(scene);
    await onTheWay.identify();
    await forceMode(scene, 'pass');

    expect(await onTheWay.password('not my password')).toMatchObject({
      step: 'denied',
      error: { code: 'ACCESS_DENIED' },
    });
    expect(await consume(scene, before.view.result ?? '')).toMatchObject({ refused: 'RESULT_REVOKED' });
    const after = await LoginDriver.begin(scene);
    await after.identify();
    await after.password('whatever');
    await after.otp('000000');
    expect(await consume(scene, after.view.result ?? '')).toMatchObject({ refused: 'RESULT_TEST' });

    await forceMode(scene, undefined);
    expect(await consume(scene, after.view.result ?? '', true)).toMatchObject({ refused: 'RESULT_REVOKED' });
  });
});

describe('a test resource', () => {
  test('has no users and no tokens', async () => {
    const scene = await testScene('pass');
    const { account, user, resource, tokens } = scene;
    const refused = { refused: 'TEST_RESOURCE' };
    expect(await assign(ports, { account, resource: resource.id, user: user.id })).toMatchObject(refused);
    const token = tokens[0]?.id;
    expect(await assign(ports, { account, resource: resource.id, ...omitUndefined({ token }) })).toMatchObject(refused);
    const asked = { account, resource: resource.id, user: user.login, password: PASSWORD, method: 'password' } as const;
    expect(await authenticate(ports, asked)).toMatchObject(refused);
    // Input there counts against no user.
    const walk = await LoginDriver.begin({
      ...scene,
      resource: await addResource(ports, account, { testMode: 'fail' }),
    });
    await walk.identify(user.login);
    for (let wrong = 0; wrong < 10; wrong++) await walk.password('guess');
    expect((await tokens[0]?.stored())?.failures).toBe(0);
  });

  test('that fails always fails, and ends as others do', async () => {
    const scene = await testScene('fail');
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    expect(await walk.password()).toMatchObject({ step: 'password', error: { code: 'INVALID_CREDENTIALS' } });
    for (let wrong = 1; wrong < 20; wrong++) await walk.password();
    expect(walk.view).toMatchObject({ step: 'denied', error: { code: 'TOO_MANY_ATTEMPTS' } });
  });

  test('that expires gives a result that is already expired', async () => {
    const scene = await testScene('expire', { methodPolicy: 'password' });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    await walk.password();
    const { result = '', step, expiresAt, now } = walk.view;
    expect(step).toBe('done');
    // The widget reports it a moment later.
    expect(expiresAt - now).toBeLessThanOrEqual(1000);
    expect(await verify(scene, result)).toBeUndefined();
    expect(await consume(scene, result, true)).toMatchObject({ refused: 'RESULT_INVALID' });
  });
});
