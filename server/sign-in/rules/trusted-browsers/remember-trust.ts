import type { Ports } from '../../../kernel/ports/ports.ts';
import type { RequestContext } from '../../../kernel/request-context.ts';
import type { Resource } from '../../../resources/resource.ts';
import { KIND_RULES } from '../../../tokens/kinds/rules.ts';
import { readUser } from '../../../users/find-user.ts';
import type { VerifiedFactors } from '../../complete-flow.ts';
import type { Flow } from '../../flow.ts';
import { type BrowserTrust, trustBrowser } from './trust-browser.ts';
import { recordTrustUse } from './use-trust.ts';

/**
 * After a completed sign-in: records that a trusted browser was used, or trusts this one, if its user wants that and has
 * just shown a second factor that is not on paper.
 */
export async function rememberTrust(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  { account, trust: offer }: Flow,
  resource: Resource,
  { user: { id }, otp, token, kind, browser, second, wantsTrust }: VerifiedFactors,
  act: RequestContext,
): Promise<BrowserTrust | undefined> {
  if (id === 'test') return undefined;
  if (browser !== undefined) await recordTrustUse(ports, id, browser);
  if (!wantsTrust || !offer || otp !== 'verified' || second || token === undefined || kind === undefined)
    return undefined;
  if (KIND_RULES[kind].isSubstitute) return undefined;
  const known = await readUser(ports, account, id);
  return known && trustBrowser(ports, act, { known, resource, token, offer });
}
