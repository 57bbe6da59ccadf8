import { createRecoveryCodes } from '../../tokens/kinds/recovery/create-recovery-codes.ts';
import { assign, operatorContext } from '../as-operator.ts';
import { birth, type Fixture, unwrap } from '../fixtures.ts';
import { type DeviceKind, pick } from './device.ts';

export const recoveryDevice: DeviceKind = {
  kind: 'recovery',
  takesPin: false,
  demands: false,
  async give(scene) {
    const { id, codes } = await giveRecoveryCodes(scene);
    const [right = ''] = codes;
    return {
      token: id,
      async ready(walk) {
        await pick(walk, 'recovery');
        const { seq } = walk.view;
        return { right: () => walk.recovery(right, seq), wrong: () => walk.recovery('00000-00000') };
      },
      forApi: async () => ({ recoveryCode: right }),
    };
  },
};

export async function giveRecoveryCodes({ ports, account, resource, user }: Fixture) {
  const made = unwrap(
    await createRecoveryCodes(ports, operatorContext(account), birth(ports, 'tok'), {
      kind: 'recovery',
      name: 'On paper',
      owner: user.id,
    }),
  );
  const { id } = made.token;
  unwrap(await assign(ports, { account, resource: resource.id, user: user.id, token: id }));
  return { id, codes: made.codes };
}
