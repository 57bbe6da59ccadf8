import { randomUUID } from 'node:crypto';
import { NONCE as NONCE_SHAPE } from '@countersign/protocol/frame-protocol';
import { parseUrl } from '@countersign/protocol/parse-url';
import { importJWK, type JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import nonces from '../../../shared/vectors/nonces.json' with { type: 'json' };
import corpus from '../../../shared/vectors/results.json' with { type: 'json' };
import testKeys from '../../../shared/vectors/test-keys.json' with { type: 'json' };
import { createAccount } from '../../accounts/create-account.ts';
import { type AccountId, parseId, type ResourceId, type UserId } from '../../kernel/ids.ts';
import { passwordDigest } from '../../passwords/password-digest.ts';
import { createSigner } from '../../platform/jose/signer.ts';
import type { SigningKey } from '../../platform/jose/signing-key.ts';
import type { ResourceSettings } from '../../resources/resource-settings.ts';
import { assign, createResource, createUser } from '../../testing/as-operator.ts';
import { addResource, createFixture, type Fixture, NONCE, unwrap } from '../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { openTestPorts } from '../../testing/test-ports.ts';
import { userDocument } from '../../users/documents.ts';
import { resultDocument } from '../documents.ts';
import type { ResultRecord } from '../flow.ts';

async function keyOf(jwk: Record<string, string>): Promise<SigningKey> {
  const { d: _private, ...publicHalf } = jwk;
  const [privateKey, publicKey] = await Promise.all([importJWK(jwk as JWK), importJWK(publicHalf as JWK)]);
  if (privateKey instanceof Uint8Array || publicKey instanceof Uint8Array) throw new Error('not asymmetric');
  return { publicJwk: publicHalf as unknown as SigningKey['publicJwk'], privateKey, publicKey, signsFromAt: 0 };
}

// SR-9: the service refuses every result that clients refuse.
describe('SR-9: the vectors of results and nonces, sent to POST /v1/results/consume', () => {
  type Case = (typeof corpus.cases | typeof nonces.cases)[number];
  interface Options {
    nonce?: string | null;
    now?: number;
    resource?: string;
    transaction?: unknown;
    origin?: string;
    app?: boolean;
  }
  const { defaults } = corpus;
  /** The service has no such options; the vectors' README says to leave these out, and nothing else. */
  const elsewhere = [
    'requireOtp',
    'acr',
    'acceptTest',
    'algorithms',
    'clockToleranceS',
    'maxLifetimeS',
    'issuer',
    'maxAgeMs',
  ];
  const mine: Case[] = [...corpus.cases, ...nonces.cases].filter(({ options = {} }: { options?: object }) =>
    Object.keys(options).every((name) => !elsewhere.includes(name)),
  );
  /**
   * Values that other verifiers must accept for later versions; the service accepts only those that it writes itself.
   */
  const foreign = new Set([
    'a header parameter that nobody knows',
    'a claim that nobody knows',
    'the same name in two unknown objects is no repetition',
    'nbf past',
    'spaces and newlines inside the JSON',
    'payload nested 16 deep',
    'as long as a result may be',
    'a fraction in a claim that nobody knows',
    'a whole surrogate pair, escaped',
    'U+0000 inside a name',
    // Node 24 takes such a name for a host; older versions do not.
    ...['https://xn--', 'https://xn--a', 'https://xn--0.pt', 'https://a.xn--']
      .filter((origin) => !parseUrl(origin))
      .map((origin) => `origin whose Punycode stands for nothing: ${origin}`),
  ]);
  let service: Service;
  let account: AccountId;
  let key: string;

  beforeAll(async () => {
    const ports = await openTestPorts('vectors');
    const keys = await Promise.all([testKeys.keys.es256, testKeys.keys.es256Next, testKeys.keys.eddsa].map(keyOf));
    ports.signer = createSigner({ issuer: defaults.issuer, keys, now: () => ports.clock.now() });
    ports.clock.at = defaults.now * 1000;
    service = await openService('vectors', ports);
    account = unwrap(await createAccount(ports, { name: 'Acme' })).account.id;
    // One of the vectors is from another decade.
    key = await service.keyFor(account, ['authenticate'], undefined, 50 * 365 * 24 * 3_600_000);
    const settings = {
      name: 'Shop',
      enabled: true,
      failedAttemptsBeforeLock: 5,
      methodPolicy: 'auto',
      allowedOrigins: [],
      allowLocalhost: false,
      resultLifetimeMs: 60_000,
    } as const;
    unwrap(
      await createResource(ports, { id: defaults.resource as ResourceId }, account, {
        ...settings,
        allowedOrigins: [],
      }),
    );
  });
  afterAll(() => service.ports.close());

  function textOf({ jwt }: Case): string {
    return typeof jwt === 'string' ? jwt : jwt.prefix + jwt.repeat.repeat(jwt.times) + jwt.suffix;
  }

  /** A record and a user to match the JWT's claims, so that only the JWT can be the reason for a refusal. */
  async function makeReal(jwt: string, now: number): Promise<void> {
    const { ports } = service;
    const claims = readable(jwt);
    const { txn, nonce, app } = claims;
    const [flow, sub] = [parseId('flw', claims.jti), parseId('usr', claims.sub)];
    if (!flow) return;
    const user = sub ?? ('usr_00000000001' as UserId);
    const [known] = await ports.store.getMany([userDocument.key(user)], now);
    if (!known) {
      unwrap(await createUser(ports, { id: user }, account, { login: user.replace('_', '.') }));
      unwrap(await assign(ports, { account, resource: defaults.resource as ResourceId, user }));
    }
    const record: ResultRecord = {
      flow,
      account,
      resource: defaults.resource as ResourceId,
      user,
      login: 'mira',
      // No record has a nonce that no sign-in can start with.
      nonce: typeof nonce === 'string' && NONCE_SHAPE.test(nonce) ? nonce : defaults.nonce,
      origin: 'https://shop.example',
      amr: ['pwd'],
      acr: '1',
      otp: 'not_used',
      userPasswordDigest: passwordDigest({}),
      // A record that matches the claims: these tests try the difference between a sign-in and a confirmation.
      ...(typeof txn === 'string' && { transaction: txn }),
      ...(app === true && { app: { redirectUri: 'com.example.shop:/signed-in', state: 'state', codeChallenge: '' } }),
      authenticatedAt: now,
      issuedAt: now,
      expiresAt: now + 3_600_000,
    };
    const document = resultDocument.key(flow);
    const change = { anchor: document.anchor, operation: randomUUID(), now, expect: [] };
    await ports.store.commit({ ...change, put: [{ key: document, value: record }] });
  }

  test.each(mine.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const options = ('options' in one ? one.options : {}) as Options;
    const now = (options.now ?? defaults.now) * 1000;
    service.ports.clock.at = now;
    const result = textOf(one);
    await makeReal(result, now);
    const response = await service.call('POST /v1/results/consume', {
      key,
      body: {
        result,
        resource: options.resource ?? defaults.resource,
        ...(options.nonce !== null && { nonce: options.nonce ?? defaults.nonce }),
        ...(options.transaction !== undefined && { transaction: options.transaction }),
        ...(options.origin !== undefined && { origin: options.origin }),
        ...(options.app !== undefined && { app: options.app }),
      },
    });
    if (one.expect === 'accept' && !foreign.has(one.name))
      expect(response.status, await response.clone().text()).toBe(200);
    else expect([403, 413, 422]).toContain(response.status);
  });

  test('leave out only what the service has no option for', () => {
    expect(mine.length).toBeGreaterThan(400);
    expect(mine.filter((one) => one.expect === 'accept').length).toBeGreaterThan(10);
  });

  function readable(jwt: string): { jti?: unknown; sub?: unknown; txn?: unknown; nonce?: unknown; app?: unknown } {
    try {
      const value: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString('utf8'));
      return typeof value === 'object' && value !== null ? value : {};
    } catch {
      return {};
    }
  }
});

// SR-10
describe('SR-10: nonces that a sign-in can start with', () => {
  let service: Service;
  beforeAll(async () => {
    service = await openService('nonces');
  });
  afterAll(() => service.ports.close());

  test('are those that a result is accepted with, and no others', async () => {
    const scene = await createFixture(service.ports);
    const key = await service.keyFor(scene.account);
    const asked = { user: scene.user.id, resource: scene.resource.id, passwordChecked: true };
    for (const { name, usable, options } of nonces.cases) {
      const body = { ...asked, ...(options.nonce !== null && { nonce: options.nonce }) };
      const response = await service.call('POST /v1/login-requests', { key, body });
      const refused = response.status === 422 && JSON.stringify(await response.json()).includes('"path":"nonce"');
      expect(refused, name).toBe(!usable);
    }
  });
});

// SR-10
describe('SR-10: using a result up', () => {
  let service: Service;
  let scene: Fixture;
  let key: string;
  beforeAll(async () => {
    service = await openService('results');
    scene = await createFixture(service.ports);
    key = await service.keyFor(scene.account);
  });
  afterAll(() => service.ports.close());

  async function signIn(over = scene): Promise<string> {
    const walk = await LoginDriver.begin(over);
    await walk.identify();
    await walk.password();
    return walk.view.result ?? '';
  }
  const consume = (result: string, changes: object = {}, by = key) =>
    service.call('POST /v1/results/consume', {
      key: by,
      body: { result, resource: scene.resource.id, nonce: NONCE, ...changes },
    });

  test('returns the claims once, and reports it as used from then on', async () => {
    const result = await signIn();
    const response = await consume(result);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      aud: scene.resource.id,
      sub: scene.user.id,
      amr: ['pwd'],
      nonce: NONCE,
    });
    expect(await refusalOf(await consume(result))).toEqual({ status: 409, code: 'RESULT_USED' });
  });

  test('is keyed on the id and not on the text, which has several spellings', async () => {
    const result = await signIn();
    expect((await consume(result)).status).toBe(200);
    // The last character of the signature has unused bits.
    const last = result.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const other = result.slice(0, -1) + alphabet.charAt(alphabet.indexOf(last) ^ 1);
    for (const text of [other, `${result}=`, `${result}\n`, ` ${result}`]) {
      expect((await consume(text)).status).toBeGreaterThanOrEqual(403);
    }
  });

  test('requires its own nonce, resource and account, and a mismatch does not use it up', async () => {
    const result = await signIn();
    const elsewhere = await addResource(service.ports, scene.account);
    const other = await createFixture(service.ports);
    const theirKey = await service.keyFor(other.account);
    const invalid = { status: 403, code: 'RESULT_INVALID' };
    expect(await refusalOf(await consume(result, { nonce: `${NONCE}x` }))).toEqual(invalid);
    expect(await refusalOf(await consume(result, { resource: elsewhere.id }))).toEqual(invalid);
    expect(await refusalOf(await consume(result, { resource: other.resource.id }, theirKey))).toEqual(invalid);
    expect(await refusalOf(await consume(result, {}, theirKey))).toEqual({ status: 404, code: 'RESOURCE_NOT_FOUND' });
    const confined = await service.keyFor(scene.account, ['authenticate'], [elsewhere.id]);
    expect(await refusalOf(await consume(result, {}, confined))).toEqual({ status: 403, code: 'SCOPE_MISSING' });
    const allowed = await service.keyFor(scene.account, ['authenticate'], [scene.resource.id]);
    expect((await consume(result, {}, allowed)).status).toBe(200);
  });

  // The attack: a user signs in on another page, such as one of the same account that the attacker controls, and its result
  // with the nonce of the attacker's own session signs the attacker in to the shop.
  describe('SR-80: the origin of the page', () => {
    const refused = { status: 403, code: 'RESULT_ORIGIN' };

    test('is demanded by naming it, and another does not use the result up', async () => {
      const result = await signIn();
      for (const origin of ['https://www.shop.example', 'http://shop.example', 'https://shop.example:8443']) {
        expect(await refusalOf(await consume(result, { origin })), origin).toEqual(refused);
      }
      expect(await refusalOf(await consume(result, { app: true }))).toEqual(refused);
      expect((await consume(result, { origin: 'https://shop.example', app: false })).status).toBe(200);
    });

    test.each(['https://shop.example/', 'https://SHOP.example', 'shop.example', '', 'null', 'https://*.shop.example'])(
      'is written as browsers write it: not %o',
      async (origin) => {
        const response = await consume(await signIn(), { origin });
        expect(response.status).toBe(422);
        expect(await response.json()).toMatchObject({ code: 'INPUT_INVALID', errors: [{ path: 'origin' }] });
      },
    );

    test.each<[string, Partial<ResourceSettings>]>([
      ['with several origins', { allowedOrigins: ['https://shop.example', 'https://blog.example'] }],
      ['with a pattern of origins', { allowedOrigins: ['https://*.shop.example'] }],
      ['with localhost too', { allowLocalhost: true }],
      ['with apps', { appRedirectUris: ['com.example.shop:/signed-in'] }],
      ['with a form post elsewhere', { redirectUris: ['https://forms.example/signed-in'] }],
    ])('has to be named at a resource %s', async (_, settings) => {
      const { user } = scene;
      const resource = await addResource(service.ports, scene.account, settings);
      unwrap(await assign(service.ports, { account: scene.account, resource: resource.id, user: user.id }));
      const origin = settings.allowedOrigins?.[0]?.replace('*', 'www') ?? 'https://shop.example';
      const walk = await LoginDriver.begin({ ...scene, resource }, { origin });
      await walk.identify();
      await walk.password();
      const result = walk.view.result ?? '';
      const response = await consume(result, { resource: resource.id });
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({ code: 'ORIGIN_REQUIRED', errors: [{ path: 'origin' }] });
      expect((await consume(result, { resource: resource.id, origin })).status).toBe(200);
    });
  });

  test('is refused after its minute and the half one of tolerance', async () => {
    const [early, late] = [await signIn(), await signIn()];
    service.ports.clock.advance(60_000 + 29_000);
    expect((await consume(early)).status).toBe(200);
    service.ports.clock.advance(1_000);
    expect(await refusalOf(await consume(late))).toEqual({ status: 403, code: 'RESULT_INVALID' });
  });

  test('is refused without a record, even if well signed', async () => {
    const jti = 'flw_00000000042';
    const now = Math.floor(service.ports.clock.now() / 1000);
    const forged = await service.ports.signer.sign({
      iss: service.ports.issuer,
      aud: scene.resource.id,
      sub: scene.user.id,
      preferred_username: 'alice',
      nonce: NONCE,
      origin: 'https://shop.example',
      amr: ['pwd'],
      acr: '1',
      otp: 'not_used',
      auth_time: now,
      iat: now,
      exp: now + 60,
      jti,
    });
    expect(await refusalOf(await consume(forged))).toEqual({ status: 409, code: 'RESULT_USED' });
  });

  test('verifies with the published keys, which are public halves and may be cached for minutes', async () => {
    const response = await service.call('GET /.well-known/jwks.json');
    expect(response.headers.get('content-type')).toBe('application/jwk-set+json');
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    const { keys } = (await response.json()) as { keys: Record<string, string>[] };
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig', kid: expect.any(String) });
    expect(keys[0]).not.toHaveProperty('d');
  });
});
