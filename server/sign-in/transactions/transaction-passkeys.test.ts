import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRefusal } from '../../kernel/result.ts';
import { operatorContext } from '../../testing/as-operator.ts';
import { givePasskey, inTheFrame } from '../../testing/devices/passkey-device.ts';
import { birth, createFixture, type Fixture, NONCE, overwrite, read, unwrap } from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { SoftwareAuthenticator } from '../../testing/software-authenticator.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { challengeOfTransaction, isOfTransaction } from '../../tokens/kinds/passkey/passkey-request.ts';
import { transactionHash } from '../../tokens/transaction.ts';
import { flowDocument, resultDocument } from '../documents.ts';
import { createTransaction } from './create-transaction.ts';

// SR-45, SR-61: a passkey signs a challenge that contains the hash of the transaction.

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('transaction passkeys');
});
afterAll(() => ports.close());

const FIELDS = [{ label: 'Amount', value: '1,250.00 EUR' }] as const;
const OTHER = [{ label: 'Amount', value: '9,999.00 EUR' }] as const;
const HASH = transactionHash(FIELDS);

async function person() {
  const scene = await createFixture(ports);
  const device = new SoftwareAuthenticator();
  const token = await givePasskey(scene, device);
  const answer = (walk: LoginDriver) => device.get(inTheFrame(walk.view.passkey));
  return { scene, device, token, answer };
}

async function begin(scene: Fixture, fields: readonly { label: string; value: string }[]): Promise<LoginDriver> {
  const { account, resource, user } = scene;
  const input = { resource: resource.id, user: user.login, nonce: NONCE, fields };
  const made = unwrap(await createTransaction(ports, operatorContext(account), birth(ports, 'flw'), input));
  return LoginDriver.begin(scene, { loginRequest: made.loginRequest });
}

const flowOf = (walk: LoginDriver) => walk.handle.split('.')[0] as Parameters<typeof flowDocument.key>[0];

describe('SR-45: a passkey', () => {
  test('SR-45: that responded to one transaction, or to a sign-in, confirms no other', async () => {
    const { scene, answer } = await person();
    const [harmless, harmful] = [await begin(scene, FIELDS), await begin(scene, OTHER)];
    const signed = answer(harmless);
    expect(await harmful.passkey(signed)).toMatchObject({ step: 'sign', error: { code: 'OTP_WRONG' } });
    const login = await LoginDriver.begin(scene);
    await login.identify();
    await login.password();
    expect(login.view.step).toBe('passkey');
    expect(await harmful.passkey(answer(login))).toMatchObject({ step: 'sign', error: { code: 'OTP_WRONG' } });
    expect(await login.passkey(answer(harmless))).toMatchObject({ step: 'passkey', error: { code: 'OTP_WRONG' } });
    expect(await harmless.passkey(signed)).toMatchObject({ step: 'done' });
  });

  test('SR-45: whose challenge is of another transaction, or of none, confirms nothing, even with a valid response', async () => {
    for (const challenge of [
      challengeOfTransaction(new Uint8Array(32), transactionHash(OTHER)),
      Buffer.alloc(32, 7).toString('base64url'),
    ]) {
      const { scene, answer } = await person();
      const walk = await begin(scene, FIELDS);
      const flow = await read(ports, flowDocument.key(flowOf(walk)));
      const passkey = flow.step === 'sign' ? flow.passkey : undefined;
      if (!passkey) throw new Error('no passkey is asked');
      await overwrite(ports, flowDocument.key(flowOf(walk)), { passkey: { ...passkey, challenge } });
      walk.view = unwrap(await walk.look());
      expect(await walk.passkey(answer(walk))).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
    }
  });

  test('confirms the transaction in its challenge, gets a new one after a wrong response, and is named in the result', async () => {
    const { scene, device, token, answer } = await person();
    const walk = await begin(scene, FIELDS);
    expect(walk.view).toMatchObject({ step: 'sign', factor: 'passkey', transaction: { fields: FIELDS } });
    const before = walk.view.passkey?.challenge ?? '';
    expect(isOfTransaction(before, HASH)).toBe(true);
    const forged = { ...new SoftwareAuthenticator().get(inTheFrame(walk.view.passkey)), id: device.id };
    unwrap(await walk.passkey(forged));
    expect(walk.view.passkey?.challenge).not.toBe(before);
    expect(isOfTransaction(walk.view.passkey?.challenge ?? '', HASH)).toBe(true);
    expect(await walk.passkey(answer(walk))).toMatchObject({ step: 'done' });
    expect(await read(ports, resultDocument.key(flowOf(walk)))).toMatchObject({
      transaction: HASH,
      token,
      kind: 'webauthn',
      otp: 'verified',
    });
  });

  test('SR-1: fifty simultaneous responses are one confirmation', async () => {
    const { scene, answer } = await person();
    const walk = await begin(scene, FIELDS);
    const { seq } = walk.view;
    const response = answer(walk);
    const views = await Promise.all(Array.from({ length: 50 }, () => walk.passkey(response, seq)));
    expect(views.filter((view) => !isRefusal(view) && view.step === 'done')).toHaveLength(1);
  });

  test('accepts no code instead, and confirms nothing once cancelled', async () => {
    const { scene, answer } = await person();
    const walk = await begin(scene, FIELDS);
    expect(await walk.sign('123456')).toMatchObject({ step: 'sign', error: expect.any(Object) });
    unwrap(await walk.choose('passkey'));
    const response = answer(walk);
    unwrap(await walk.cancel());
    expect(await walk.passkey(response)).toEqual({ refused: 'STEP_NOT_EXPECTED' });
  });
});

test('a challenge belongs to the transaction that it was created for, and to no other', () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(bytes, bytes, bytes, (random, one, other) => {
      const [hash, another] = [one, other].map((each) => Buffer.from(each).toString('hex')) as [string, string];
      const challenge = challengeOfTransaction(random, hash);
      expect(isOfTransaction(challenge, hash)).toBe(true);
      expect(isOfTransaction(challenge, another)).toBe(hash === another);
      expect(isOfTransaction(Buffer.from(random).toString('base64url'), hash)).toBe(false);
    }),
  );
});
