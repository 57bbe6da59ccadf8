import type { Step } from '../step.ts';
import { setLogin } from '../transitions.ts';

/** Records the login. No user is looked up: the next step is the same for every name (SR-17). */
export const identify: Step<'identify', { login: string }> = {
  at: ['identify'],
  leadsTo: ['password', 'mail', 'otp'],
  proof: 'name',
  async handle(_ports, { resource }, { login }) {
    return { move: (flow) => setLogin(flow, login, resource) };
  },
};
