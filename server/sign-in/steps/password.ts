import { type CorrectPassword, checkPassword } from '../../authentication/check-password.ts';
import { accessKeys, readAccess } from '../../authentication/read-access.ts';
import { isRefusal, type Result, refusal, withAudit } from '../../kernel/result.ts';
import { passwordDigest } from '../../passwords/password-digest.ts';
import { mailsFirstFactor } from '../../resources/resource.ts';
import type { ReadAhead } from '../../store/read-ahead.ts';
import type { User } from '../../users/user.ts';
import { continueAfterFirstFactor } from '../after-first-factor.ts';
import { findShownBrowser } from '../rules/trusted-browsers/use-trust.ts';
import type { Step, StepContext } from '../step.ts';
import type { StepOutcome, StepPorts } from '../step-outcome.ts';

interface PasswordInput {
  password: string;
  /** Secrets of trusted browsers. */
  browsers?: string[] | undefined;
}

/**
 * Verifies the password. Only then does the assignment decide what is still missing: the server picks the method, never
 * the browser.
 */
export const password: Step<'password', PasswordInput> = {
  at: ['password'],
  proof: 'guess',
  leadsTo: ['otp', 'passkey', 'recovery', 'enrol', 'done', 'self'],
  async handle(ports, context, { password: typed, browsers = [] }) {
    const { flow, client } = context;
    const { account, resource } = flow;
    const name = flow.user ?? flow.login;
    const readAgain = accessKeys(resource, account, context.resource);
    const who = { account, resource, name, address: client.address, way: 'widget' } as const;
    const findBrowser = (user: User | undefined) => findShownBrowser(ports, context.resource, user, browsers);
    const checked = await checkPassword(
      ports,
      { ...who, password: typed, readAgain, findBrowser },
      (right, ahead) => afterPassword(ports, context, right, { password: typed, browsers }, ahead),
      undefined,
      context.ahead,
    );
    return isRefusal(checked) ? { refusal: checked } : checked;
  },
};

async function afterPassword(
  ports: StepPorts,
  { flow, client, rules }: StepContext<'password'>,
  { user, tokens }: CorrectPassword,
  { password: typed, browsers }: PasswordInput,
  ahead: ReadAhead,
): Promise<Result<StepOutcome>> {
  // The resource's requirements may have changed while the password was hashed.
  const access = await readAccess({ ...ports, store: ahead }, flow.resource, client.address);
  if (isRefusal(access)) return withAudit(access, { about: user.id });
  const { resource } = access;
  if (mailsFirstFactor(resource)) return refusal('ACCESS_DENIED', {}, { about: user.id });
  const first = { password: true, passwordDigest: passwordDigest(user) } as const;
  return continueAfterFirstFactor(ports, rules, { flow, resource, user, first, tokens, typed, browsers });
}
