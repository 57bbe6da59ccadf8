import {
  endsByBreach,
  isBreachedAt,
  passwordRemedy,
  recordBreach,
  reportsBreach,
} from '../../authentication/breached-password.ts';
import { refusal } from '../../kernel/result.ts';
import type { Rule } from '../rule.ts';

export const breachedPasswords: Rule = {
  name: 'breached passwords',
  does: 'A right password that was stolen elsewhere is reported with the result, or ends the sign-in.',
  // Before a code is sent, which an outage of the list would waste.
  async assessFirstFactor(ports, { resource, first, typed }) {
    if (!('passwordDigest' in first) || typed === undefined || !reportsBreach(resource)) return undefined;
    if (!(await isBreachedAt(ports, resource, typed))) return undefined;
    // Kept until the last factor: the password alone does not show it.
    return { breached: true, marks: { breached: first.passwordDigest } };
  },
  beforeResult(ports, { flow, resource, passed }) {
    // Of a password that was typed in an earlier sign-in, that one said so.
    if (!(passed.breached || flow.breached !== undefined) || !reportsBreach(resource)) {
      return { passed: { breached: false } };
    }
    const remedy = passwordRemedy(ports, resource, passed.user);
    if (endsByBreach(flow, resource)) {
      const end = refusal('PASSWORD_CHANGE_REQUIRED', {}, { about: passed.user.id });
      return { end, after: (denied) => ({ ...denied, unlock: remedy }) };
    }
    const breached = passed.passwordDigest ?? flow.passwordDigest ?? '';
    return { passed: { breached: true, remedy }, marks: { breached } };
  },
  inResult(end, { passed: { remedy } }) {
    return end.flow.step === 'done' && remedy ? { ...end, flow: { ...end.flow, unlock: remedy } } : end;
  },
  async afterResult(ports, { passed, resource, act }) {
    if (passed.breached) await recordBreach(ports, act, passed.user.id, resource);
  },
};
