import { passwordDigest } from '../../passwords/password-digest.ts';
import type { User } from '../../users/user.ts';
import type { FlowAt } from '../flow.ts';
import { isUnlockableByMail } from '../recovery/unlock/unlock-link.ts';
import { canRequestUnlock } from '../recovery/unlock/unlockable-tokens.ts';
import type { Rule } from '../rule.ts';

export const unlock: Rule = {
  name: 'unlock by mail',
  does: 'Where wrong codes have locked a token, a right password may have a link mailed that unlocks it.',
  async onLock(ports, { resource, user, tokens }) {
    if (!(await canRequestUnlock(ports, resource, user, tokens))) return undefined;
    return { besides: tokens.filter(isUnlockableByMail), after: offerUnlock(user, passwordDigest(user)) };
  },
};

/** Denied for a locked token, with the offer to unlock it by mail, which rests on the verified password. */
export function offerUnlock(user: User, passwordDigest: string): (flow: FlowAt<'denied'>) => FlowAt<'denied'> {
  return (flow) => ({ ...flow, user: user.id, passwordVerified: true, passwordDigest, unlock: 'offered' });
}
