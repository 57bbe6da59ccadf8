import { FLOW_HEADER, type StartedFlow } from '@countersign/protocol/flow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { givePasskey, inTheFrame } from '../../testing/devices/passkey-device.ts';
import { createFixture, type Fixture, NONCE, ORIGIN } from '../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { SoftwareAuthenticator } from '../../testing/software-authenticator.ts';
import { ISSUER } from '../../testing/test-ports.ts';

let service: Service;
let scene: Fixture;
const device = new SoftwareAuthenticator();
beforeAll(async () => {
  service = await openService('passkeys over http');
  scene = await createFixture(service.ports, { resource: { passkeySignIn: true } });
  await givePasskey(scene, device);
});
afterAll(() => service.ports.close());

const FROM_OUR_FRAME = { origin: ISSUER, 'sec-fetch-site': 'same-origin' };

async function begin(): Promise<StartedFlow> {
  const body = { resource: scene.resource.id, nonce: NONCE, origin: ORIGIN };
  const response = await service.call('POST /widget/v1/flows', { body, headers: FROM_OUR_FRAME });
  return (await response.json()) as StartedFlow;
}

function send(handle: string, body: object, headers: object = FROM_OUR_FRAME): Promise<Response> {
  return service.call('POST /widget/v1/flow/passkey', { body, headers: { ...headers, [FLOW_HEADER]: handle } });
}

describe('a passkey over HTTP', () => {
  test('signs in', async () => {
    const { handle, passkey, seq } = await begin();
    const answer = await send(handle, { seq, response: device.get(inTheFrame(passkey)) });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toMatchObject({ step: 'done', result: expect.any(String) });
  });

  // SR-28, SR-56
  test.each<[string, (right: { id: string; response: object }) => unknown]>([
    ['one field too many', (right) => ({ ...right, type: 'public-key' })],
    ['one inside too many', ({ id, response }) => ({ id, response: { ...response, origin: ISSUER } })],
    ['no signature', ({ id, response }) => ({ id, response: { ...response, signature: undefined } })],
    ['what is no base64url', ({ id, response }) => ({ id, response: { ...response, signature: 'a+b/' } })],
    ['an id longer than any', ({ response }) => ({ id: 'A'.repeat(1400), response })],
    [
      'client data longer than any',
      ({ id, response }) => ({ id, response: { ...response, clientDataJSON: 'A'.repeat(6000) } }),
    ],
    ['a list', (right) => [right]],
    ['a text', () => 'right'],
  ])('SR-28: with %s it is refused before the step is claimed', async (_, change) => {
    const { handle, passkey, seq } = await begin();
    const right = device.get(inTheFrame(passkey));
    const refused = await send(handle, { seq, response: change(right) });
    expect(await refusalOf(refused)).toEqual({ status: 422, code: 'INPUT_INVALID' });
    expect(await (await send(handle, { seq, response: right })).json()).toMatchObject({ step: 'done' });
  });

  // SR-11
  test('SR-11: from a foreign origin it is refused', async () => {
    const { handle, passkey, seq } = await begin();
    const response = device.get(inTheFrame(passkey));
    const refused = await send(handle, { seq, response }, { origin: ORIGIN, 'sec-fetch-site': 'cross-site' });
    expect(refused.status).toBe(403);
  });
});

describe('the window for passkeys', () => {
  // SR-13, SR-30
  test('SR-13: cannot be framed, runs only its own script, and can communicate with its opener', async () => {
    const [one, two] = [
      await service.call('GET /widget/v1/passkey'),
      await service.call('GET /widget/v1/passkey?x=<script>alert(1)</script>'),
    ];
    expect(one.status).toBe(200);
    const policy = one.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(one.headers.get('cross-origin-opener-policy')).toBe('unsafe-none');
    const nonceOf = (from: string) => /'nonce-([^']+)'/.exec(from)?.[1] ?? '';
    expect(nonceOf(policy)).not.toBe(nonceOf(two.headers.get('content-security-policy') ?? ''));
    const text = await two.text();
    expect(text).not.toContain('alert');
    expect(text).toContain('/widget/v1/assets/passkey-window-5e6f.js');
  });
});
