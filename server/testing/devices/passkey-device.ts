import { idFromBytes, type TokenId } from '../../kernel/ids.ts';
import { finishPasskeyRegistration } from '../../tokens/kinds/passkey/finish-passkey-registration.ts';
import { startPasskeyRegistration } from '../../tokens/kinds/passkey/start-passkey-registration.ts';
import { assign } from '../as-operator.ts';
import { type Fixture, ORIGIN, unwrap } from '../fixtures.ts';
import { type Ceremony, SoftwareAuthenticator } from '../software-authenticator.ts';
import { ISSUER } from '../test-ports.ts';
import { type DeviceKind, pick } from './device.ts';

export const passkeyDevice: DeviceKind = {
  kind: 'webauthn',
  takesPin: false,
  demands: true,
  async give(scene) {
    const device = new SoftwareAuthenticator();
    const token = await givePasskey(scene, device);
    return {
      token,
      async ready(walk) {
        await pick(walk, 'passkey');
        const { seq, passkey } = walk.view;
        const right = device.get(inTheFrame(passkey));
        // Of another key, with the same id.
        const wrong = { ...new SoftwareAuthenticator().get(inTheFrame(passkey)), id: device.id };
        return { right: () => walk.passkey(right, seq), wrong: () => walk.passkey(wrong) };
      },
    };
  },
};

/** The assertion of a browser with the widget in a page of the fixture. */
export function inTheFrame({ challenge = '', rpId = '' }: { challenge?: string; rpId?: string } = {}): Ceremony {
  return { challenge, rpId, origin: ISSUER, crossOrigin: true, topOrigin: ORIGIN };
}

/** Registers it for the fixture's user and assigns both together. */
export async function givePasskey(scene: Fixture, device: SoftwareAuthenticator): Promise<TokenId> {
  const token = await registerPasskey(scene, device);
  const { ports, account, resource, user } = scene;
  unwrap(await assign(ports, { account, resource: resource.id, user: user.id, token }));
  return token;
}

export async function registerPasskey(
  { ports, account, user }: Fixture,
  device: SoftwareAuthenticator,
): Promise<TokenId> {
  const maker = { account, id: user.id };
  const { options, pending } = unwrap(await startPasskeyRegistration(ports, maker, ORIGIN));
  const ceremony = inTheFrame({ challenge: options.challenge, rpId: options.rp.id });
  const response = device.create({ ...ceremony, userHandle: options.user.id });
  const id = idFromBytes('tok', ports.random.bytes(7));
  return unwrap(await finishPasskeyRegistration(ports, maker, {}, pending, { id, nameOf: () => 'Key', response })).token
    .id;
}
