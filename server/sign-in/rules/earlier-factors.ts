import type { Rule } from '../rule.ts';

export const earlierFactors: Rule = {
  name: 'earlier factors',
  does: 'A second factor of an earlier sign-in that still counts is not asked for again, except in an unknown browser.',
  afterFirstFactor(_ports, { flow, user, first, usable, differs, factors }) {
    if (factors.kind !== 'factors' || !factors.otp) return undefined;
    const second = differs === undefined ? flow.kept?.second : undefined;
    if (!second || !usable.some(({ id }) => id === second.token)) return undefined;
    const { token, kind } = second;
    return { finish: { user, ...first, otp: 'verified', token, kind, second } };
  },
};
