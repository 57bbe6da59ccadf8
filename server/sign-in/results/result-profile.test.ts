import { OTP_USES } from '@countersign/protocol/result';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ResultProfile } from '../../resources/result-claims.ts';
import { updateResource, updateUser } from '../../testing/as-operator.ts';
import { addResource, createFixture, type Fixture, NONCE, ORIGIN, unwrap } from '../../testing/fixtures.ts';
import { openService, type Service } from '../../testing/http-service.ts';
import { LoginDriver } from '../../testing/login-driver.ts';

const USER = {
  email: 'alice@shop.example',
  firstName: 'Alice',
  secondName: 'Liddell',
  externalId: 'customer-1042',
  metadata: { plan: 'gold', seats: 3, sub: 'usr_00000000000', acr: '2' },
};
const ALL: ResultProfile = { fields: ['email', 'name', 'externalId'], metadata: ['plan', 'sub', 'acr'] };

let service: Service;
beforeAll(async () => {
  service = await openService('result-profile');
});
afterAll(() => service.ports.close());

const sceneWith = (resultClaims?: ResultProfile) =>
  createFixture(service.ports, { user: USER, ...(resultClaims && { resource: { resultClaims } }) });

async function signIn(scene: Fixture): Promise<string> {
  const walk = await LoginDriver.begin(scene);
  await walk.identify();
  await walk.password();
  if (walk.view.result === undefined) throw new Error(`at ${walk.view.step}`);
  return walk.view.result;
}
async function consume(scene: Fixture, result: string): Promise<Record<string, unknown>> {
  const key = await service.keyFor(scene.account);
  const body = { result, resource: scene.resource.id, nonce: NONCE };
  const response = await service.call('POST /v1/results/consume', { key, body });
  expect(response.status, await response.clone().text()).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

describe('what a result carries of its user', () => {
  test('is nothing unless the resource asks for it', async () => {
    const result = await signIn(await sceneWith());
    for (const claim of ['email', 'name', 'external_id', 'metadata'])
      expect(decodeJwt(result)).not.toHaveProperty(claim);
    expect(JSON.stringify(decodeJwt(result))).not.toContain('gold');
  });

  test('is what the resource asks for, in the JWT and in the response to its consumption', async () => {
    const scene = await sceneWith(ALL);
    const result = await signIn(scene);
    const expected = {
      email: 'alice@shop.example',
      name: 'Alice Liddell',
      external_id: 'customer-1042',
      metadata: { plan: 'gold', sub: 'usr_00000000000', acr: '2' },
    };
    expect(decodeJwt(result)).toMatchObject(expected);
    expect(decodeJwt(result).metadata).not.toHaveProperty('seats');
    expect(await consume(scene, result)).toMatchObject(expected);
  });

  // The attack: metadata is named like a claim, so that a user becomes another or one factor two.
  test('takes the place of no other claim', async () => {
    const scene = await sceneWith(ALL);
    expect(decodeJwt(await signIn(scene))).toMatchObject({ sub: scene.user.id, acr: '1', amr: ['pwd'] });
  });

  test('is read when the result is made: a later change of user or resource does not show in it', async () => {
    const scene = await sceneWith(ALL);
    const { account, user, resource, ports } = scene;
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    unwrap(await updateUser(ports, account, user.id, { metadata: { plan: 'silver' } }));
    await walk.password();
    const { result = '' } = walk.view;
    unwrap(await updateUser(ports, account, user.id, { metadata: { plan: 'bronze' } }));
    unwrap(await updateResource(ports, account, resource.id, { resultClaims: null }));
    expect(decodeJwt(unwrap(await walk.look()).result ?? '')).toMatchObject({ metadata: { plan: 'silver' } });
    expect(await consume(scene, result)).toMatchObject({ metadata: { plan: 'silver' } });
  });

  test('leaves out what the user does not have', async () => {
    const scene = await createFixture(service.ports, { resource: { resultClaims: ALL } });
    const claims = decodeJwt(await signIn(scene));
    for (const claim of ['email', 'name', 'external_id', 'metadata']) expect(claims).not.toHaveProperty(claim);
  });

  test('is nothing on a test resource', async () => {
    const scene = await sceneWith();
    const resource = await addResource(service.ports, scene.account, { resultClaims: ALL, testMode: 'pass' });
    const walk = await LoginDriver.begin({ ...scene, resource });
    await walk.identify();
    if (walk.view.step === 'password') await walk.password();
    if (walk.view.step === 'otp') await walk.otp('000000');
    expect(decodeJwt(walk.view.result ?? '')).not.toHaveProperty('email');
  });

  // A verifier decodes no longer text than 8192 characters, so a user whose result is longer could not sign in.
  test('leaves the longest result below what verifiers accept', async () => {
    const wide = '\u{1f600}';
    const claims = {
      iss: service.ports.issuer,
      aud: 'res_01k8dq9z2mp',
      sub: 'usr_01k8dq9z2mp',
      preferred_username: wide.repeat(50),
      nonce: 'n'.repeat(256),
      origin: ORIGIN.padEnd(300, 'x'),
      amr: ['pwd', 'otp', 'sms', 'pin', 'hwk', 'swk', 'user', 'mfa'],
      acr: '2' as const,
      otp: OTP_USES[0],
      txn: 'a'.repeat(64),
      email: wide.repeat(100),
      name: `${'"'.repeat(100)} ${wide.repeat(50)}`,
      external_id: wide.repeat(128),
      metadata: { a: 'x'.repeat(2040) },
      auth_time: 1_830_000_000,
      iat: 1_830_000_000,
      exp: 1_830_000_300,
      jti: 'flw_01k8dq9z2mp',
    };
    expect((await service.ports.signer.sign(claims)).length).toBeLessThan(8192);
  });
});
