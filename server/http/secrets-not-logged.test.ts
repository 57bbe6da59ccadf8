import { FLOW_HEADER, type FlowView, type StartedFlow } from '@countersign/protocol/flow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TokenId } from '../kernel/ids.ts';
import { Overloaded } from '../kernel/ports/password-hasher.ts';
import { NONCE, ORIGIN, overwriteSeed, PASSWORD } from '../testing/fixtures.ts';
import { openService, type Service } from '../testing/http-service.ts';
import { addressOf, createSampleFixture, operationsOf, type SampleScene, samples } from '../testing/operations.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { isOath } from '../tokens/token.ts';

let service: Service;
let scene: SampleScene;
beforeAll(async () => {
  service = await openService('secrets');
  scene = await createSampleFixture(service);
});
afterAll(() => service.ports.close());

/** Records every response, including headers. */
function recorder() {
  const answers: string[] = [];
  return {
    async call(...request: Parameters<Service['call']>): Promise<Response> {
      const response = await service.call(...request);
      answers.push(`${request[0]} ${JSON.stringify([...response.headers])} ${await response.clone().text()}`);
      return response;
    },
    containing: (text: string) => answers.filter((answer) => answer.includes(text)),
  };
}

describe('SR-23: a seed', () => {
  test.each(['made here', 'given by the caller'])(
    '%s appears once, in the response to its enrolment, and nowhere else',
    async (origin) => {
      const { key } = scene;
      const { call, containing } = recorder();
      const logged = service.log.text().length;
      const given = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
      const body = {
        name: 'phone',
        kind: 'totp',
        owner: scene.user.id,
        ...(origin === 'given by the caller' && { secret: given }),
      };
      const created = await call('POST /v1/tokens', { key, body });
      const { token, secret, otpauthUri } = (await created.json()) as {
        token: { id: TokenId };
        secret: string;
        otpauthUri: string;
      };
      expect(otpauthUri).toContain(secret);
      const [stored] = await service.ports.store.getMany([tokenDocument.key(token.id)], service.ports.clock.now());
      const sealedSecret = stored && isOath(stored.value) ? stored.value.sealedSecret : '';

      await call(`GET /v1/tokens/${token.id}`, { key });
      await call('GET /v1/tokens?limit=200', { key });
      await call(`PATCH /v1/tokens/${token.id}`, { key, body: { name: 'other', locked: true } });
      await call(`PATCH /v1/tokens/${token.id}`, { key, body: { locked: false, owner: null } });
      await call(`PATCH /v1/tokens/${token.id}`, { key, body: { secret: given } });
      await call(`PATCH /v1/tokens/${token.id}`, { key, body: { owner: scene.user.id } });
      await call('POST /v1/assignments', {
        key,
        body: { resource: scene.resource.id, user: scene.user.id, token: token.id },
      });
      await call(`GET /v1/users/${scene.user.id}`, { key });
      await call('GET /v1/users', { key });
      const otp = { resource: scene.resource.id, method: 'otp', user: 'alice', otp: '123456' };
      await call('POST /v1/authentications', { key, body: otp });
      await overwriteSeed(service.ports, token.id, 'v1.broken');
      expect((await call('POST /v1/authentications', { key, body: otp })).status).toBe(503);
      await call('GET /v1/openapi.json');

      expect(containing(secret)).toHaveLength(1);
      expect(containing(secret)[0]).toContain('POST /v1/tokens');
      expect(containing(sealedSecret)).toHaveLength(0);
      expect(containing('sealedSecret')).toHaveLength(0);
      const log = service.log.text().slice(logged);
      for (const text of [secret, sealedSecret, 'otpauth']) expect(log).not.toContain(text);
    },
  );

  test('is never exposed, nor are counters, hashes or ciphertexts', async () => {
    const { key } = scene;
    const { call, containing } = recorder();
    await call('GET /v1/users', { key });
    await call(`GET /v1/users/${scene.user.id}`, { key });
    await call('GET /v1/tokens', { key });
    await call(`PATCH /v1/users/${scene.user.id}`, { key, body: { password: 'a new long password' } });
    await call(`PATCH /v1/users/${scene.user.id}`, { key, body: { password: PASSWORD } });
    for (const name of ['passwordHash', '$fake$', 'nextCounter', 'sealed', 'epoch', 'lastCountedAttempt', 'account']) {
      expect(containing(name), name).toEqual([]);
    }
  });
});

describe('SR-35: canaries', () => {
  const CANARY = 'canary-7f3a9c';

  test('sent through every input of the API, one by one and together, reach no log and no error', async () => {
    const logged = service.log.text().length;
    const errors: string[] = [];
    const keep = async (response: Response) => {
      if (response.status >= 400) errors.push(`${JSON.stringify([...response.headers])} ${await response.text()}`);
    };
    let sent = 0;
    for (const operation of await operationsOf(service)) {
      const sample = await samples[operation.name]?.(scene);
      if (!sample?.body) continue;
      const hostile: Record<string, unknown>[] = [
        ...Object.keys(sample.body).map((field) => ({ ...sample.body, [field]: CANARY })),
        ...Object.keys(sample.body).map((field) => ({ ...sample.body, [field]: { [field]: CANARY } })),
        { ...sample.body, unknown: CANARY },
        Object.fromEntries(Object.keys(sample.body).map((field) => [field, CANARY])),
      ];
      for (const body of hostile) {
        await keep(await service.call(addressOf(operation, sample), { key: scene.key, body }));
        sent += 1;
      }
      const headers = { 'content-type': 'application/json' };
      await keep(
        await service.call(addressOf(operation, sample), { key: scene.key, text: `{"a":"${CANARY}`, headers }),
      );
    }
    expect(sent).toBeGreaterThan(40);
    const rules = [
      { kind: 'geo', mode: 'allow', countries: [CANARY.slice(0, 2)], unlocated: 'deny' },
      { kind: 'ip', mode: 'allow', ranges: [CANARY] },
      { kind: 'time', zone: CANARY, windows: [] },
      { kind: CANARY },
    ];
    for (const rule of rules)
      await keep(await service.call('POST /v1/filters', { key: scene.key, body: { name: 'x', rule } }));
    await keep(
      await service.call('POST /v1/resources', { key: scene.key, body: { name: 'x', allowedOrigins: [CANARY] } }),
    );
    await keep(
      await service.call('POST /v1/tokens', { key: scene.key, body: { name: 'x', kind: 'totp', secret: CANARY } }),
    );
    for (const query of [`after=${CANARY}`, `limit=${CANARY}`, `${CANARY}=1`]) {
      await keep(await service.call(`GET /v1/users?${query}`, { key: scene.key }));
    }
    expect(errors.length).toBeGreaterThan(40);
    expect(errors.filter((error) => error.includes(CANARY) && !error.includes('unknown field'))).toEqual([]);
    expect(service.log.text().slice(logged)).not.toContain(CANARY);
  });

  test('in a password, a code, a key, a handle, a result or a header reach no log and no error, whatever fails', async () => {
    const logged = service.log.text().length;
    const errors: string[] = [];
    const password = `${CANARY} password`;
    const common = { resource: scene.resource.id, user: 'alice' };
    const call = async (route: string, options: Parameters<Service['call']>[1]) => {
      const response = await service.call(route, options);
      errors.push(`${JSON.stringify([...response.headers])} ${await response.text()}`);
    };
    const { key } = scene;
    await call('POST /v1/authentications', { key, body: { ...common, method: 'password', password } });
    await call('POST /v1/authentications', { key, body: { ...common, method: 'otp', otp: CANARY } });
    await call('POST /v1/results/consume', {
      key,
      body: { resource: scene.resource.id, result: `${CANARY}.${CANARY}.${CANARY}`, nonce: NONCE },
    });
    await call('GET /v1/users', { key: CANARY });
    await call('GET /v1/users', { key: `csk_${CANARY}` });
    await call(`GET /v1/users?api_key=${CANARY}`, { key });
    await call(`GET /v1/users?note=csk_${CANARY}`, { key });
    await call('GET /v1/users', { headers: { authorization: `Basic ${CANARY}` } });
    await call('POST /v1/tokens', {
      key,
      body: { name: 'x', kind: 'totp' },
      headers: { 'idempotency-key': `${CANARY} x` },
    });
    await call('GET /widget/v1/flow', { headers: { [FLOW_HEADER]: CANARY, 'user-agent': CANARY, referer: CANARY } });
    await call('POST /widget/v1/flows', {
      body: { resource: scene.resource.id, nonce: NONCE, origin: ORIGIN, loginRequest: `lrq.${CANARY}` },
    });
    for (const fault of [new Overloaded(500), new Error('out of memory')]) {
      service.ports.hasher.during = () => {
        throw fault;
      };
      await call('POST /v1/authentications', { key, body: { ...common, method: 'password', password } });
      await call('POST /v1/users', { key, body: { login: 'x', password } });
    }
    service.ports.hasher.during = undefined;
    expect(errors).toHaveLength(15);
    expect(errors.filter((error) => error.includes(CANARY))).toEqual([]);
    expect(service.log.text().slice(logged)).not.toContain(CANARY);
  });

  test('of a complete sign-in are in no log', async () => {
    const scene = await createSampleFixture(service);
    const logged = service.log.text().length;
    const started = await service.call('POST /widget/v1/flows', {
      body: { resource: scene.resource.id, nonce: NONCE, origin: ORIGIN },
    });
    const { handle } = (await started.json()) as StartedFlow;
    const headers = { [FLOW_HEADER]: handle };
    const otp = (await scene.tokens[0]?.code()) ?? '';
    await service.call('POST /widget/v1/flow/identify', { headers, body: { seq: 0, login: 'alice' } });
    await service.call('POST /widget/v1/flow/password', { headers, body: { seq: 1, password: PASSWORD } });
    const done = await service.call('POST /widget/v1/flow/otp', { headers, body: { seq: 2, otp } });
    const { result = '' } = (await done.json()) as FlowView;
    expect(result).not.toBe('');
    const consumed = await service.call('POST /v1/results/consume', {
      key: scene.key,
      body: { resource: scene.resource.id, result, nonce: NONCE },
    });
    expect(consumed.status).toBe(200);
    const log = service.log.text().slice(logged);
    for (const secret of [handle, handle.split('.')[1] ?? '', PASSWORD, otp, result, NONCE, scene.key, 'alice']) {
      expect(log).not.toContain(secret);
    }
  });
});

describe('SR-36: hostile characters', () => {
  test('in any field still make one line of JSON per request', async () => {
    const hostile = 'a\r\nb\u001b[31mc\u2028d\u2029e\u0000f\u0085g\u202eh';
    const logged = service.log.lines().length;
    const encoded = encodeURIComponent(hostile);
    const { key } = scene;
    await service.call(`GET /v1/users/${encoded}`, { key });
    await service.call(`GET /${encoded}`);
    await service.call(`GET /widget/v1/frame?origin=${encoded}&resource=${encoded}`);
    await service.call(`GET /widget/v1/${encoded}`);
    await service.call('POST /v1/users', { key, body: { login: hostile } });
    await service.call('POST /v1/resources', { key, body: { name: hostile } });
    await service.call('POST /v1/authentications', {
      key,
      body: { resource: scene.resource.id, method: 'password', user: hostile, password: hostile },
    });
    const lines = service.log.lines().slice(logged);
    expect(lines).toHaveLength(7);
    for (const line of lines) expect(line).toMatchObject({ msg: 'request', status: expect.any(Number) });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not be there
    expect(service.log.text()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202e]/);
  });
});
