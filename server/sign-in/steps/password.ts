import { countUserAttempt } from '../../authentication/check-password.ts';
import { accessKeys, readAccess } from '../../authentication/read-access.ts';
import { isRefusal, refusal, withAudit } from '../../kernel/result.ts';
import { passwordDigest } from '../../passwords/password-digest.ts';
import { mailsFirstFactor } from '../../resources/resource.ts';
import type { User } from '../../users/user.ts';
import { continueAfterFirstFactor } from '../after-first-factor.ts';
import { findShownBrowser } from '../rules/trusted-browsers/use-trust.ts';
import type { StepContext } from '../step.ts';
import type { StepOutcome, StepPorts } from '../step-outcome.ts';

/**
 * Verifies the password. Only then does the assignment decide what is still missing: the server picks the method, never
 * the browser.
 */
export async function checkPassword(
  ports: StepPorts,
  context: StepContext<'password'>,
  { password: typed, browsers = [] }: { password: string; browsers?: string[] | undefined },
): Promise<StepOutcome> {
  const { flow, client, rules, input } = context;
  const { account, resource } = flow;
  const name = flow.user ?? flow.login;
  const readAgain = accessKeys(resource, account, context.resource);
  const who = { account, resource, name, address: client.address, way: 'widget' } as const;
  const findBrowser = (user: User | undefined) => findShownBrowser(ports, context.resource, user, browsers);
  const attempt = await countUserAttempt(ports, { ...who, readAgain, findBrowser });
  if (isRefusal(attempt)) return { refusal: attempt };
  try {
    const right = await attempt.verify(typed);
    if (isRefusal(right)) return { refusal: right };
    const { user, tokens } = right;
    // The resource's requirements may have changed while the password was hashed.
    const access = await readAccess(ports, resource, client.address);
    if (isRefusal(access)) return { refusal: withAudit(access, { about: user.id }) };
    if (mailsFirstFactor(access.resource)) return { refusal: refusal('ACCESS_DENIED', {}, { about: user.id }) };
    const first = { password: true, passwordDigest: passwordDigest(user) } as const;
    const facts = { flow, resource: access.resource, user, first, tokens, typed, input };
    return await continueAfterFirstFactor(ports, rules, facts);
  } finally {
    await attempt.close();
  }
}
