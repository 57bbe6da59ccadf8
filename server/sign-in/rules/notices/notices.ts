import type { Rule } from '../../rule.ts';
import { notifySignIn } from './notify-sign-in.ts';

export const notices: Rule = {
  name: 'notices',
  does: 'A sign-in from a new browser or network is told to the user by mail.',
  async afterResult(ports, { act, passed, resource }) {
    await notifySignIn(ports, act, passed.user.id, resource);
  },
};
