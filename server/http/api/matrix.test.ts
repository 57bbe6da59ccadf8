import { API_SCOPES } from '@countersign/protocol/api-keys';
import { REFUSALS } from '@countersign/protocol/codes';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiKeyDocument } from '../../api-keys/documents.ts';
import { idFromBytes } from '../../kernel/ids.ts';
import { anotherSession, sessionHeaders } from '../../testing/administrators.ts';
import { openOnEachStore } from '../../testing/each-store.ts';
import { addResource, overwrite, read } from '../../testing/fixtures.ts';
import { type Call, refusalOf } from '../../testing/http-service.ts';
import { addressOf, createSampleFixture, type Operation, type SampleScene, samples } from '../../testing/operations.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { userDocument } from '../../users/documents.ts';

// Every operation of the OpenAPI document gets the same checks on either store, so that a new one cannot be forgotten.
/** Fields that no request may set. */
const FORBIDDEN = [
  'account',
  'id',
  'role',
  'scopes',
  'failures',
  'nextCounter',
  'epoch',
  'sealedSecret',
  'passwordHash',
  'createdAt',
  'lock',
  'assignments',
  'administrator',
  'superuser',
  'state',
  'sessionEpoch',
  'recovery',
  'createdBy',
  'typo',
];

/** Every field of their bodies has a default. */
const MAY_BE_BARE = ['POST /users/{id}/password-reset'];

describe.each(await openOnEachStore('matrix'))('on $store', ({ service, operations }) => {
  let scene: SampleScene;
  let other: SampleScene;
  beforeAll(async () => {
    [scene, other] = [await createSampleFixture(service), await createSampleFixture(service)];
  });
  afterAll(() => service.ports.close());

  async function sampleOf(operation: Operation, of = scene) {
    const make = samples[operation.name];
    if (!make) throw new Error(`no sample for ${operation.name}: add one to server/testing/operations.ts`);
    return make(of);
  }
  async function send(operation: Operation, call: Call, of = scene, changes: object = {}) {
    const sample = { ...(await sampleOf(operation, of)), ...changes };
    const headers = { ...sample.headers, ...call.headers };
    return service.call(addressOf(operation, sample), { ...omitUndefined({ body: sample.body }), ...call, headers });
  }
  /** The superuser's session or key, as the operation requires. */
  async function admitted({ entrance }: Operation, call: Call = {}): Promise<Call> {
    if (entrance === 'key') return { ...call, key: scene.key };
    if (entrance === 'open') return call;
    return {
      ...call,
      headers: { ...sessionHeaders(await anotherSession(service.ports, scene.superuser)), ...call.headers },
    };
  }
  const taken = async (operation: Operation, call: Call, of = scene, changes: object = {}) =>
    send(operation, await admitted(operation, call), of, changes);
  const cases = operations.map((operation) => [operation.name, operation] as const);

  describe('the document', () => {
    test('is valid OpenAPI 3.1', async () => {
      const document = (await (await service.call('GET /v1/openapi.json')).json()) as Record<string, unknown>;
      expect(document.openapi).toBe('3.1.0');
      const { valid, errors } = await new Validator().validate(document);
      expect(errors).toBeUndefined();
      expect(valid).toBe(true);
    });

    test('describes the operations there are samples for, and those alone', () => {
      expect(operations.map(({ name }) => name).sort()).toEqual(Object.keys(samples).sort());
    });

    test('lists the codes of the table, requires every body, and names a scope for each API key operation', async () => {
      const document = (await (await service.call('GET /v1/openapi.json')).json()) as {
        paths: Record<string, Record<string, { requestBody?: { required?: boolean }; responses: object }>>;
        components: { schemas: { Problem: { properties: { code: { enum: string[] } } } } };
      };
      expect(document.components.schemas.Problem.properties.code.enum).toEqual(Object.keys(REFUSALS));
      for (const methods of Object.values(document.paths)) {
        for (const { requestBody, responses } of Object.values(methods)) {
          if (requestBody) expect(requestBody.required).toBe(true);
          expect(responses).toHaveProperty('default');
        }
      }
      for (const { scope, entrance } of operations) {
        expect(entrance === 'key' ? API_SCOPES : ['none']).toContain(scope);
      }
    });

    test('allows no unknown fields in bodies', async () => {
      const document = (await (await service.call('GET /v1/openapi.json')).json()) as {
        components: { schemas: Record<string, { additionalProperties?: boolean; oneOf?: { $ref?: string }[] }> };
      };
      const inputs = Object.entries(document.components.schemas).filter(([name]) => /(Input|Changes)$/.test(name));
      expect(inputs.length).toBeGreaterThanOrEqual(8);
      const closed = inputs.filter(([, schema]) => schema.additionalProperties === false).map(([name]) => name);
      for (const [name, { oneOf }] of inputs) {
        // A union is closed if each of its members is.
        const members = oneOf?.map(({ $ref = '' }) => $ref.replace('#/components/schemas/', '')) ?? [name];
        for (const member of members) expect(closed, name).toContain(member);
      }
    });
  });

  describe.each(cases)('%s', (_, operation) => {
    test('a valid request succeeds', async () => {
      const { status, code } = await sampleOf(operation);
      const response = await taken(operation, {});
      expect(response.status).toBe(status);
      if (code) expect(await refusalOf(response)).toEqual({ status, code });
      expect(response.headers.get('cache-control')).toBe('no-store');
    });

    if (operation.entrance === 'key') keyTests(operation);
    if (operation.entrance === 'session') sessionTests(operation);

    test('another account’s objects look like unknown ones', async () => {
      const otherSample = await sampleOf(operation, other);
      const created = await taken(operation, {}, other);
      const mentionsTheirs =
        otherSample.id !== undefined ||
        otherSample.query !== undefined ||
        /(res|usr|tok)_/.test(JSON.stringify(otherSample.body ?? {}));
      if (operation.entrance !== 'key' || !mentionsTheirs) return expect(created.status).toBe(otherSample.status);
      if (created.status === 200) {
        // Rows have their own outcomes.
        const { rows } = (await created.json()) as { rows: { status: number }[] };
        return expect(rows.map(({ status }) => status)).toEqual([404]);
      }
      const foreign = await refusalOf(created);
      // A result is checked before its resource: it is invalid for both.
      expect(foreign.status).toBe(operation.name === 'POST /results/consume' ? 403 : 404);
      if (otherSample.id) {
        const never = otherSample.id.slice(0, 4) + idFromBytes('usr', service.ports.random.bytes(7)).slice(4);
        expect(await refusalOf(await taken(operation, {}, scene, { id: never }))).toEqual(foreign);
      }
    });

    test('an unsupported method is refused with the supported ones', async () => {
      const sample = await sampleOf(operation);
      const [, address = ''] = addressOf(operation, sample).split(' ');
      const response = await service.call(`PUT ${address}`, await admitted(operation));
      expect(response.headers.get('allow')?.split(', ')).toContain(operation.method);
      expect(await refusalOf(response)).toEqual({ status: 405, code: 'METHOD_NOT_ALLOWED' });
    });

    if (operation.takesBody) {
      test('SR-28: an unknown field is refused by name, and nothing is changed', async () => {
        const sample = await sampleOf(operation);
        const { body = {}, headers } = sample;
        const call = await admitted(operation, headers && { headers });
        for (const field of FORBIDDEN.filter((name) => !(name in body))) {
          const before = service.ports.store.commits.length;
          const response = await service.call(addressOf(operation, sample), { ...call, body: { ...body, [field]: 1 } });
          expect(response.status, field).toBe(422);
          const problem = (await response.json()) as { code: string; errors: { path: string }[] };
          expect(problem.code).toBe('INPUT_INVALID');
          expect(problem.errors.map(({ path }) => path)).toContain(field);
          expect(service.ports.store.commits.length).toBe(before);
        }
      });

      test('SR-57: prototype names and duplicate names are refused', async () => {
        const { body = {} } = await sampleOf(operation);
        const json = JSON.stringify(body).slice(1, -1);
        const headers = { 'content-type': 'application/json' };
        for (const name of ['__proto__', 'constructor', 'prototype', '\\u005f_proto__']) {
          const text = `{${json},"${name}":{"enabled":true}}`;
          expect((await taken(operation, { text, headers })).status, name).toBe(422);
        }
        const twice = `{${json},${json}}`;
        expect(await refusalOf(await taken(operation, { text: twice, headers }))).toEqual({
          status: 400,
          code: 'DUPLICATE_NAME',
        });
      });

      test('another media type is 415, and is never read as JSON', async () => {
        const { body } = await sampleOf(operation);
        for (const type of [
          'text/plain',
          'application/x-www-form-urlencoded',
          'application/json;charset=latin1',
          'application/jsonx',
          'multipart/form-data',
        ]) {
          const response = await taken(operation, { body, headers: { 'content-type': type } });
          expect(await refusalOf(response), type).toEqual({ status: 415, code: 'MEDIA_TYPE_UNSUPPORTED' });
        }
      });

      test('a missing body, a body that is not an object and broken JSON are client errors', async () => {
        const headers = { 'content-type': 'application/json' };
        for (const text of ['', '[]', 'null', '1', '"x"', '{', '{"a":}', '\u0000']) {
          const response = await taken(operation, { text, headers });
          expect([400, 422], JSON.stringify(text)).toContain(response.status);
        }
        const bare = addressOf(operation, await sampleOf(operation));
        const { status } = await service.call(bare, await admitted(operation));
        expect(MAY_BE_BARE.includes(operation.name) ? [202] : [400, 422]).toContain(status);
      });
    }

    test('SR-57: a duplicate parameter is refused', async () => {
      const sample = await sampleOf(operation);
      const query = [sample.query, 'limit=1', 'limit=2'].filter(Boolean).join('&');
      expect(await refusalOf(await taken(operation, {}, scene, { query }))).toEqual({
        status: 400,
        code: 'DUPLICATE_NAME',
      });
    });
  });

  /** Checks of every operation with a key. */
  function keyTests(operation: Operation) {
    test('SR-26: a request without a key gets 401 with a challenge', async () => {
      const response = await send(operation, {});
      expect(response.headers.get('www-authenticate')).toContain('Bearer');
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(await refusalOf(response)).toEqual({ status: 401, code: 'API_KEY_MISSING' });
    });

    test('SR-26: an unknown or wrong key, or one of another scheme, gets 401', async () => {
      const invalid = { status: 401, code: 'API_KEY_INVALID' };
      expect(await refusalOf(await send(operation, { key: `${scene.key.slice(0, -1)}0` }))).toEqual(invalid);
      for (const authorization of [
        scene.key,
        `Basic ${scene.key}`,
        'Bearer',
        `Bearer ${scene.key} x`,
        `Bearer ${scene.key},${scene.key}`,
      ]) {
        expect(await refusalOf(await send(operation, { headers: { authorization } }))).toEqual(invalid);
      }
    });

    test('SR-26: a key in the URL is refused, even a valid one', async () => {
      const sample = await sampleOf(operation);
      const address = addressOf(operation, sample);
      const malformed = `${address}${address.includes('?') ? '&' : '?'}api_key=${scene.key}`;
      const response = await service.call(malformed, { key: scene.key, ...omitUndefined({ body: sample.body }) });
      expect(await refusalOf(response)).toEqual({ status: 400, code: 'API_KEY_IN_URL' });
    });

    test('a key with every scope except the right one gets 403', async () => {
      const scopes = API_SCOPES.filter((scope) => scope !== operation.scope);
      const key = await service.keyFor(scene.account, scopes);
      expect(await refusalOf(await send(operation, { key }))).toEqual({ status: 403, code: 'SCOPE_MISSING' });
    });

    test('a key limited to another resource is refused', async () => {
      const { id: elsewhere } = await addResource(service.ports, scene.account);
      const key = await service.keyFor(scene.account, [...API_SCOPES], [elsewhere]);
      expect(await refusalOf(await send(operation, { key }))).toEqual({ status: 403, code: 'SCOPE_MISSING' });
    });

    test('SR-39: a revoked key is refused at once', async () => {
      const key = await service.keyFor(scene.account);
      const id = `key_${key.split('_')[2]}` as Parameters<typeof apiKeyDocument.key>[1];
      await overwrite(service.ports, apiKeyDocument.key(scene.account, id), { enabled: false });
      expect(await refusalOf(await send(operation, { key }))).toEqual({ status: 401, code: 'API_KEY_INVALID' });
    });
  }

  /** Checks of every operation that requires an administrator's session. */
  function sessionTests(operation: Operation) {
    test('SR-29: a request without a session, or with a key of any scope, gets 401', async () => {
      const needed = { status: 401, code: 'SESSION_NEEDED' };
      expect(await refusalOf(await send(operation, {}))).toEqual(needed);
      expect(await refusalOf(await send(operation, { key: scene.key }))).toEqual(needed);
    });
  }

  test('SR-28: none of the refused requests has changed anything', async () => {
    const token = await read(service.ports, tokenDocument.key(scene.tokens[0]?.id ?? 'tok_00000000000'));
    expect(token).toMatchObject({ account: scene.account, failures: 0, epoch: 0 });
    const user = await read(service.ports, userDocument.key(scene.user.id));
    expect(user).toMatchObject({ account: scene.account, login: 'alice', blocked: false });
  });

  test('an unknown address is 404 as a problem document', async () => {
    for (const route of ['GET /v1/nothing', 'GET /nothing', 'POST /v1/users/x/y', 'GET /v1/users/']) {
      const response = await service.call(route, { key: scene.key });
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(await refusalOf(response)).toEqual({ status: 404, code: 'NOT_FOUND' });
    }
  });
});
