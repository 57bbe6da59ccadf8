import { FLOW_HEADER, type StartedFlow } from '@countersign/protocol/flow';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { givePasskey, inTheFrame } from '../../testing/devices/passkey-device.ts';
import { createFixture, type Fixture, NONCE, ORIGIN } from '../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { SoftwareAuthenticator } from '../../testing/software-authenticator.ts';

const RELATED = 'https://login.example.de';
const ELSEWHERE = 'https://www.login.example.de';
let service: Service;
let scene: Fixture;
const device = new SoftwareAuthenticator();
beforeAll(async () => {
  service = await openService('related origins', undefined, { relatedOrigins: [RELATED] });
  scene = await createFixture(service.ports, { resource: { passkeySignIn: true } });
  await givePasskey(scene, device);
});
afterAll(() => service.ports.close());

const fromPageOf = (origin: string) => ({ origin, 'sec-fetch-site': 'same-origin' });

function start(origin: string): Promise<Response> {
  const body = { resource: scene.resource.id, nonce: NONCE, origin: ORIGIN };
  return service.call('POST /widget/v1/flows', { body, headers: fromPageOf(origin) });
}

/** A sign-in with the passkey, in a browser that has the frame from this origin. */
async function signIn(origin: string): Promise<Response> {
  const { handle, passkey, seq } = (await (await start(RELATED)).json()) as StartedFlow;
  const response = device.get({ ...inTheFrame(passkey), origin });
  const headers = { ...fromPageOf(RELATED), [FLOW_HEADER]: handle };
  return service.call('POST /widget/v1/flow/passkey', { body: { seq, response }, headers });
}

test('lists the origins, whatever host is asked', async () => {
  const answer = await service.call('GET /.well-known/webauthn', { headers: { host: 'evil.example' } });
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(await answer.json()).toEqual({ origins: [RELATED] });
});

test('does not exist without any', async () => {
  const without = await openService('no related origins');
  expect((await without.call('GET /.well-known/webauthn')).status).toBe(404);
  expect((await without.call('POST /widget/v1/flows', { body: {}, headers: fromPageOf(RELATED) })).status).toBe(403);
  await without.ports.close();
});

test('a page of a related origin signs in with a passkey', async () => {
  expect(await (await signIn(RELATED)).json()).toMatchObject({ step: 'done', result: expect.any(String) });
});

// SR-61. The attack: the page of a neighbour relays the challenge to a user with a passkey.
test.each([
  ELSEWHERE,
  'https://example.de',
  'https://login.example.de.',
  'https://login.example.de:444',
  'https://LOGIN.example.de',
  'https://login.exаmple.de',
  'http://login.example.de',
])('SR-61: a passkey used on %s does not sign in', async (origin) => {
  expect(await (await signIn(origin)).json()).toMatchObject({
    step: 'identify',
    error: { code: 'INVALID_CREDENTIALS' },
  });
});

// SR-11
test('SR-11: no other origin starts a sign-in, and the console knows only the public URL', async () => {
  const refused = { status: 403, code: 'ORIGIN_NOT_ALLOWED' };
  expect(await refusalOf(await start(ELSEWHERE))).toEqual(refused);
  const signInToConsole = service.call('POST /v1/session/begin', { body: {}, headers: fromPageOf(RELATED) });
  expect(await refusalOf(await signInToConsole)).toEqual(refused);
});

test('the frame at a related origin reports no wrong host to its developer', async () => {
  const look = encodeURIComponent(JSON.stringify({ theme: 'auto', locale: 'en', closable: false, variables: {} }));
  const path = `GET /widget/v1/frame?resource=${scene.resource.id}&origin=${encodeURIComponent(ORIGIN)}&look=${look}`;
  const at = async (host: string) => (await service.call(path, { headers: { host } })).text();
  expect(await at('login.example.de')).not.toContain('SERVICE_DIFFERS');
  expect(await at('www.login.example.de')).toContain('SERVICE_DIFFERS');
});
