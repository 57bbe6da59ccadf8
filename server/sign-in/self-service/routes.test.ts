import { FLOW_HEADER, type FlowView, type StartedFlow } from '@countersign/protocol/flow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, PASSWORD, read } from '../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { createSelfServiceFixture, EVERYTHING } from '../../testing/self-service-fixture.ts';
import { ISSUER } from '../../testing/test-ports.ts';
import { userDocument } from '../../users/documents.ts';

let service: Service;
beforeAll(async () => {
  service = await openService('self-service over http');
});
afterAll(() => service.ports.close());

const FROM_OUR_PAGE = { origin: ISSUER, 'sec-fetch-site': 'same-origin' };
const TOKEN = 'tok_01k8dq9z2mp';
/** Every action, with a valid body. */
const ACTS: [path: string, fields: object][] = [
  ['prove', {}],
  ['add', {}],
  ['rename', { token: TOKEN, name: 'phone' }],
  ['remove', { token: TOKEN }],
  ['resync', { token: TOKEN, first: '123456', second: '234567' }],
  ['pin', { token: TOKEN, pin: '4711' }],
  ['recovery-codes', {}],
  ['codes-kept', {}],
  ['password', { current: PASSWORD, password: 'a quite different set of words' }],
  ['names', { firstName: 'Alice' }],
  ['email', { email: 'alice@new.example' }],
  ['email/confirm', { code: '0000-0000' }],
  ['email/drop', {}],
  ['forget-browsers', {}],
];

function send(path: string, handle: string, body: object, headers: object = {}) {
  return service.call(`POST /widget/v1/${path}`, {
    body,
    headers: { ...FROM_OUR_PAGE, [FLOW_HEADER]: handle, ...headers },
  });
}

/** On the hosted page, from its start to the step `self`. */
async function toSelf(scene: Fixture): Promise<{ handle: string; view: FlowView }> {
  const body = { resource: scene.resource.id };
  const begun = await service.call('POST /widget/v1/self-flows', { body, headers: FROM_OUR_PAGE });
  expect(begun.status).toBe(201);
  const { handle } = (await begun.json()) as StartedFlow;
  await send('flow/identify', handle, { seq: 0, login: 'alice' });
  await send('flow/password', handle, { seq: 1, password: PASSWORD });
  const last = await send('flow/otp', handle, { seq: 2, otp: await scene.tokens[0]?.code() });
  return { handle, view: (await last.json()) as FlowView };
}

const setStage = () => createSelfServiceFixture(service.ports, { tokens: [{}], alone: true });

test('on the hosted page a user signs in without a cookie and without a result', async () => {
  const { view, handle } = await toSelf(await setStage());
  expect(view).toMatchObject({ step: 'self', self: { person: { login: 'alice' }, proof: 'fresh' } });
  expect(view).not.toHaveProperty('result');
  const answer = await send('flow/self/names', handle, { seq: view.seq, language: 'en', firstName: 'Alice' });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.headers.get('set-cookie')).toBeNull();
  expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  expect(await answer.json()).toMatchObject({ self: { person: { firstName: 'Alice' } } });
});

// SR-5, SR-28, SR-29
describe('attacks', () => {
  test.each(ACTS)('%s from the page of another origin changes nothing', async (path, fields) => {
    const { handle, view } = await toSelf(await setStage());
    const body = { seq: view.seq, language: 'en', ...fields };
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      expect(await refusalOf(await send(`flow/self/${path}`, handle, body, headers))).toEqual({
        status: 403,
        code: 'ORIGIN_NOT_ALLOWED',
      });
    }
    const now = await service.call('GET /widget/v1/flow', { headers: { ...FROM_OUR_PAGE, [FLOW_HEADER]: handle } });
    expect(await now.json()).toMatchObject({ step: 'self', seq: view.seq });
  });

  test.each(ACTS)('%s without the handle, or with it elsewhere, is refused', async (path, fields) => {
    const { handle, view } = await toSelf(await setStage());
    const body = { seq: view.seq, language: 'en', ...fields };
    const elsewhere = { [FLOW_HEADER]: '', cookie: `${FLOW_HEADER}=${handle}`, authorization: `Bearer ${handle}` };
    expect(await refusalOf(await send(`flow/self/${path}`, '', body, elsewhere))).toEqual({
      status: 404,
      code: 'FLOW_NOT_FOUND',
    });
  });

  test.each(ACTS)('%s accepts no unknown field', async (path, fields) => {
    const scene = await setStage();
    const { handle, view } = await toSelf(scene);
    const before = await read(service.ports, userDocument.key(scene.user.id));
    for (const more of [
      { login: 'root' },
      { alias: 'root' },
      { phone: '+4915112345678' },
      { blocked: false },
      { user: 'usr_01k8dq9z2mp' },
      { account: 'acc_01k8dq9z2mp' },
      { assignments: [] },
      { apiSupport: true },
      { passwordHash: 'x' },
      { proof: 'fresh' },
    ]) {
      const body = { seq: view.seq, language: 'en', ...fields, ...more };
      expect((await send(`flow/self/${path}`, handle, body)).status).toBe(422);
    }
    expect(await read(service.ports, userDocument.key(scene.user.id))).toEqual(before);
  });

  test('refuses a value that is not a string where a string is expected', async () => {
    const { handle, view } = await toSelf(await setStage());
    for (const firstName of [['Alice'], { first: 'Alice' }, 7, null, 'two\nlines', ' ', 'x'.repeat(101)]) {
      const answer = await send('flow/self/names', handle, { seq: view.seq, language: 'en', firstName });
      expect(answer.status).toBe(422);
    }
  });

  test('the page cannot be framed, and is an error page where there is none', async () => {
    const scene = await setStage();
    for (const resource of [scene.resource.id, 'res_00000000000', "res_' ; script-src *", '']) {
      const answer = await service.call(`GET /widget/v1/self?${new URLSearchParams({ resource })}`);
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toContain("form-action 'none'");
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const page = await answer.text();
      expect(page).toContain(' data-self');
      expect(page.includes('<title>Shop</title>')).toBe(resource === scene.resource.id);
    }
  });

  test('its sign-in starts for resources that offer it, from our own pages', async () => {
    const scene = await setStage();
    const call = (resource: string, headers: Record<string, string> = FROM_OUR_PAGE) =>
      service.call('POST /widget/v1/self-flows', { body: { resource }, headers }).then(refusalOf);
    const key = await service.keyFor(scene.account);
    const made = await service.call('POST /v1/resources', { key, body: { name: 'Without' } });
    const { id } = (await made.json()) as { id: string };
    expect(await call(id)).toEqual({ status: 403, code: 'SELF_SERVICE_OFF' });
    expect(await call('res_00000000000')).toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
    expect(await call(scene.resource.id, { origin: 'https://evil.example' })).toMatchObject({
      code: 'ORIGIN_NOT_ALLOWED',
    });
  });

  test('sign-out ends the page for its handle, and nothing else', async () => {
    const scene = await setStage();
    const { handle, view } = await toSelf(scene);
    expect((await send('flow/self/leave', `${handle.split('.')[0]}.${'a'.repeat(32)}`, {})).status).toBe(404);
    expect((await send('flow/self/leave', handle, {})).status).toBe(204);
    expect((await send('flow/self/prove', handle, { seq: view.seq, language: 'en' })).status).toBe(404);
  });
});

describe('the setting', () => {
  test('is absent, or complete with defaults, and switched off with null', async () => {
    const scene = await setStage();
    const key = await service.keyFor(scene.account);
    const path = `/v1/resources/${scene.resource.id}`;
    const change = async (selfService: unknown) =>
      (await service.call(`PATCH ${path}`, { key, body: { selfService } })).json();
    expect(await (await service.call(`GET ${path}`, { key })).json()).toMatchObject({ selfService: EVERYTHING });
    expect(await change({ password: true })).toMatchObject({
      selfService: { tokens: false, password: true, details: [], browsers: false },
    });
    expect(await change({ details: ['login'] })).toMatchObject({ code: 'INPUT_INVALID' });
    expect(await change({ tokens: true, everything: true })).toMatchObject({ code: 'INPUT_INVALID' });
    expect(await change(null)).toMatchObject({ selfService: null });
    const made = await service.call('POST /v1/resources', { key, body: { name: 'New' } });
    expect(await made.json()).toMatchObject({ selfService: null });
  });
});
