import { confirmByFactor, confirmsUser } from '../../authentication/confirm-user.ts';
import type { Rule } from '../rule.ts';

/** A token that was set up in this sign-in, or shown before it, confirms nothing. */
export const confirmation: Rule = {
  name: 'confirmation',
  does: 'After a password reset by mail, a sign-in with the password and another factor than a mailed code confirms the user.',
  async afterResult(ports, { flow, passed, act }) {
    const { id, needsConfirmation } = passed.user;
    if (needsConfirmation === undefined || flow.enrolling || passed.second || !confirmsUser(passed)) return;
    await confirmByFactor(ports, act, { id, needsConfirmation }, passed.passwordDigest ?? flow.passwordDigest);
  },
};
