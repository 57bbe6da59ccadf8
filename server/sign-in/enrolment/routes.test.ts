import { FLOW_HEADER, type FlowView, type StartedFlow } from '@countersign/protocol/flow';
import { ENROLMENT_KINDS } from '@countersign/protocol/tokens';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inTheFrame } from '../../testing/devices/passkey-device.ts';
import { freshAddress } from '../../testing/devices/sent-device.ts';
import { createFixture, NONCE, ORIGIN, PASSWORD } from '../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { SoftwareAuthenticator } from '../../testing/software-authenticator.ts';
import { ISSUER } from '../../testing/test-ports.ts';

let service: Service;
beforeAll(async () => {
  service = await openService('setting up tokens over http');
});
afterAll(() => service.ports.close());

const FROM_OUR_FRAME = { origin: ISSUER, 'sec-fetch-site': 'same-origin' };

/** A flow whose password was right and whose kind is chosen. */
async function toKind(kind: string) {
  const scene = await createFixture(service.ports, {
    resource: {
      enrolment: { kinds: [...ENROLMENT_KINDS], required: true },
      tokenKinds: ['webauthn', 'totp', 'sms', 'email', 'recovery'],
    },
  });
  const asked = { resource: scene.resource.id, nonce: NONCE, origin: ORIGIN };
  const begun = await service.call('POST /widget/v1/flows', { body: asked, headers: FROM_OUR_FRAME });
  const { handle } = (await begun.json()) as StartedFlow;
  const send = (path: string, body: object, headers: object = FROM_OUR_FRAME): Promise<Response> =>
    service.call(`POST /widget/v1/flow/${path}`, { body, headers: { ...headers, [FLOW_HEADER]: handle } });
  await send('identify', { seq: 0, login: 'alice' });
  await send('password', { seq: 1, password: PASSWORD });
  const view = (await (await send('enrol/kind', { seq: 2, kind, language: 'en' })).json()) as FlowView;
  return { view, send };
}

describe('setting up a token over HTTP', () => {
  // SR-28, SR-47
  test.each<[string, string, object, string]>([
    ['a kind that is none', 'enrol/kind', { kind: 'hotp' }, 'INPUT_INVALID'],
    ['several kinds', 'enrol/kind', { kind: ['totp'] }, 'INPUT_INVALID'],
    ['an address for the codes', 'enrol/send', { to: 'mallory@evil.example' }, 'INPUT_INVALID'],
    ['a token to make', 'enrol/send', { token: 'tok_00000000000' }, 'INPUT_INVALID'],
    ['a number without its country', 'enrol/send', { phone: '015112345678' }, 'PHONE_MALFORMED'],
    ['two numbers', 'enrol/send', { phone: '+4915112345678,+15550100000' }, 'PHONE_MALFORMED'],
    ['a number that is a number', 'enrol/send', { phone: 4915112345678 }, 'INPUT_INVALID'],
    ['a code with a sign', 'enrol', { otp: '+12345' }, 'OTP_MALFORMED'],
    ['a passkey that is none', 'enrol/passkey', { response: {} }, 'INPUT_INVALID'],
    ['the owner of a passkey', 'enrol/passkey', { response: {}, user: 'usr_00000000000' }, 'INPUT_INVALID'],
  ])('SR-28: with %s it is refused before the step is claimed', async (_, path, body, code) => {
    const { view, send } = await toKind('sms');
    expect(view).toMatchObject({ step: 'enrol', seq: 3, enrol: { kind: 'sms' } });
    const refused = await send(path, { seq: 3, language: 'en', ...body });
    expect(await refusalOf(refused)).toEqual({ status: 422, code });
    const phone = freshAddress('sms');
    const sent = await send('enrol/send', { seq: 3, language: 'en', phone });
    expect(await sent.json()).toMatchObject({ seq: 4, sent: { to: `•••${phone.slice(-2)}` } });
  });

  // SR-11
  test.each(['enrol/kind', 'enrol/send', 'enrol/passkey'])(
    'SR-11: %s from a foreign origin is refused',
    async (path) => {
      const { send } = await toKind('sms');
      const from = { origin: ORIGIN, 'sec-fetch-site': 'cross-site' };
      expect((await send(path, { seq: 3, language: 'en' }, from)).status).toBe(403);
    },
  );

  test('a passkey is created as the view requests', async () => {
    const { view, send } = await toKind('webauthn');
    if (view.enrol?.kind !== 'webauthn') throw new Error('none is asked for');
    const { challenge, rp, user } = view.enrol.creation;
    const device = new SoftwareAuthenticator();
    const response = device.create({ ...inTheFrame({ challenge, rpId: rp.id }), userHandle: user.id });
    const made = await send('enrol/passkey', { seq: 3, response, language: 'de' });
    expect(made.headers.get('cache-control')).toBe('no-store');
    expect(await made.json()).toMatchObject({ step: 'codes' });
  });
});
