import { expect, test } from 'vitest';
import { frozen, sampleUser } from '../../testing/samples.ts';
import type { FlowAt } from '../flow.ts';
import { offerUnlock } from './unlock.ts';

test('a flow that a locked token ended offers to unlock it, bound to the verified password', () => {
  const denied = frozen({ step: 'denied', error: { code: 'TOKEN_LOCKED' } } as FlowAt<'denied'>);
  const user = sampleUser();
  expect(offerUnlock(user, 'digest')(denied)).toEqual({
    ...denied,
    user: user.id,
    passwordVerified: true,
    passwordDigest: 'digest',
    unlock: 'offered',
  });
});
