import { createChallenge } from '../../authentication/create-challenge.ts';
import { isRefusal } from '../../kernel/result.ts';
import { createSentToken } from '../../tokens/kinds/sent/create-sent-token.ts';
import type { NewPin } from '../../tokens/store-token.ts';
import type { SentFactor } from '../../tokens/token.ts';
import { assign, operatorContext, updateResource } from '../as-operator.ts';
import { birth, type Fixture, unwrap } from '../fixtures.ts';
import type { DeviceKind } from './device.ts';
import { withPin } from './oath-device.ts';

function sentDevice(kind: SentFactor['kind']): DeviceKind {
  return {
    kind,
    takesPin: true,
    demands: true,
    async give(scene, pin) {
      const { ports, account, resource, user } = scene;
      const to = freshAddress(kind);
      const { id } = await giveSent(scene, kind, to, pin);
      if (kind === 'sms') {
        unwrap(await updateResource(ports, account, resource.id, { tokenKinds: ['totp', 'hotp', 'sms', 'recovery'] }));
      }
      let forApi: string | undefined;
      return {
        token: id,
        async ready(walk) {
          await walk.choose(id);
          const { seq } = walk.view;
          const { code } = ports.codes.last(to);
          return {
            right: () => walk.otp(withPin(code, pin), seq),
            wrong: () => walk.otp(withPin(anotherCode(code), pin)),
          };
        },
        async forApi() {
          if (forApi === undefined) {
            const asked = { resource: resource.id, user: user.login, token: id, language: 'en' as const };
            const verdict = await createChallenge(ports, operatorContext(account), asked);
            // Nothing is sent for a locked token, so no code is right; a code from a sign-in does not count here.
            if (isRefusal(verdict) && verdict.refused === 'TOKEN_LOCKED') return { otp: ports.codes.last(to).code };
            unwrap(verdict);
            forApi = withPin(ports.codes.last(to).code, pin);
          }
          return { otp: forApi };
        },
      };
    },
  };
}

export const smsDevice = sentDevice('sms');
export const emailDevice = sentDevice('email');

/** A token whose codes are sent, assigned together with the fixture's user. */
export async function giveSent(
  { ports, account, resource, user }: Pick<Fixture, 'ports' | 'account' | 'resource' | 'user'>,
  kind: SentFactor['kind'],
  to: string,
  pin?: NewPin,
) {
  const input = { kind, to, owner: user.id, pin };
  const { token } = unwrap(await createSentToken(ports, operatorContext(account), birth(ports, 'tok'), input));
  unwrap(await assign(ports, { account, resource: resource.id, user: user.id, token: token.id }));
  return { id: token.id };
}

/** Another code of the same form. */
export function anotherCode(code: string): string {
  return String((Number(code) + 1) % 1_000_000).padStart(6, '0');
}

let addresses = 0;

/** An address that no other test uses, so that limits are independent. */
export function freshAddress(kind: SentFactor['kind']): string {
  addresses += 1;
  return kind === 'sms' ? `+49151${String(addresses).padStart(8, '0')}` : `person-${addresses}@example.com`;
}
