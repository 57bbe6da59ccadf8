import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { NewPin } from '../../tokens/store-token.ts';
import { assign } from '../as-operator.ts';
import { addToken, type Fixture, type FixtureToken, unwrap } from '../fixtures.ts';
import { type DeviceKind, pick } from './device.ts';

function oathDevice(kind: 'totp' | 'hotp'): DeviceKind {
  return {
    kind,
    takesPin: true,
    demands: true,
    async give(scene, pin) {
      const token = await giveOath(scene, kind, pin);
      const right = withPin(await token.code(), pin);
      const wrong = withPin(await codeOfAnother(token), pin);
      return {
        token: token.id,
        async ready(walk) {
          await pick(walk, 'code');
          const { seq } = walk.view;
          return { right: () => walk.otp(right, seq), wrong: () => walk.otp(wrong) };
        },
        forApi: async () => ({ otp: right }),
      };
    },
  };
}

export const totpDevice = oathDevice('totp');
export const hotpDevice = oathDevice('hotp');

async function giveOath({ ports, account, resource, user }: Fixture, kind: 'totp' | 'hotp', pin?: NewPin) {
  const token = await addToken(ports, account, { kind, owner: user.id, ...omitUndefined({ pin }) });
  unwrap(await assign(ports, { account, resource: resource.id, user: user.id, token: token.id }));
  return token;
}

/** Far outside of every window. */
async function codeOfAnother(token: FixtureToken): Promise<string> {
  const [right, other] = [await token.code(), await token.code(5_000)];
  return right === other ? token.code(5_001) : other;
}

export function withPin(code: string, pin: NewPin | undefined): string {
  if (!pin) return code;
  return pin.position === 'before' ? pin.digits + code : code + pin.digits;
}
