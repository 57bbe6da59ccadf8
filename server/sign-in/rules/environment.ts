import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { assessEnvironment } from '../../browsers/assess-environment.ts';
import { environmentForbids } from '../../browsers/device-fingerprint/environment-verdict.ts';
import { rememberEnvironment } from '../../browsers/remember-environment.ts';
import { refusal } from '../../kernel/result.ts';
import type { Rule } from '../rule.ts';

export const environment: Rule = {
  name: 'environment',
  does: 'A browser that differs from those of earlier sign-ins needs a code, or is refused. A completed sign-in makes it known.',
  async assessFirstFactor(ports, { flow, resource, user }) {
    const verdict = await assessEnvironment(ports, resource, user.id, flow.environment);
    return verdict && { differs: verdict.differs, percent: verdict.percent ?? undefined };
  },
  async beforeResult(ports, { flow, resource, passed }) {
    const { id } = passed.user;
    const verdict = await assessEnvironment(ports, resource, id, flow.environment);
    const percent = verdict?.percent ?? undefined;
    const isPasswordKept = flow.kept?.password !== undefined && passed.password !== true;
    if (environmentForbids(verdict, passed.otp, isPasswordKept)) {
      return { end: refusal('ENVIRONMENT_MISMATCH', {}, { about: id, ...omitUndefined({ percent }) }) };
    }
    return { passed: { isUnknownBrowser: verdict?.differs !== undefined, ...omitUndefined({ environment: percent }) } };
  },
  async afterResult(ports, { flow, resource, passed, act }) {
    if (!resource.environment || !flow.environment) return;
    await rememberEnvironment(ports, act, { user: passed.user.id, resource: resource.id, blinded: flow.environment });
  },
};
