import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Ports } from '../../../kernel/ports/ports.ts';
import type { RequestContext } from '../../../kernel/request-context.ts';
import type { Resource } from '../../../resources/resource.ts';
import { KIND_RULES } from '../../../tokens/kinds/rules.ts';
import { readUser } from '../../../users/find-user.ts';
import type { VerifiedFactors } from '../../complete-flow.ts';
import { type Flow, isPlainSignIn } from '../../flow.ts';
import type { Rule } from '../../rule.ts';
import { type BrowserTrust, trustBrowser } from './trust-browser.ts';
import { trustBasis } from './trusted-browser.ts';
import { findTrustedBrowser, recordTrustUse } from './use-trust.ts';

export const trustedBrowsers: Rule = {
  name: 'trusted browsers',
  does: 'A browser that the user trusts needs no code beside the password, unless it is an unknown one.',
  async afterFirstFactor(ports, { flow, resource, user, first, tokens, factors, differs, input }) {
    // Where wrong codes have locked the tokens, a recovery code is asked for in any browser.
    const isCodeAsked = factors.kind === 'factors' && factors.otp && !factors.recoveryOnly;
    if (!isCodeAsked || !('passwordDigest' in first) || !isPlainSignIn(flow)) return undefined;
    const browser = differs === undefined && (await findTrustedBrowser(ports, { resource, user }, shownSecrets(input)));
    if (browser) return { finish: { user, ...first, otp: 'remembered', browser: browser.id } };
    const { trustedBrowserDays: days } = resource;
    if (days === undefined) return undefined;
    // The offer to trust this browser, which the code then completes.
    return { marks: { trust: { basis: trustBasis({ resource, user, tokens }, ports.clock.now()), days } } };
  },
  beforeResult: (_ports, { input }) => (wantsTrust(input) ? { passed: { wantsTrust: true } } : undefined),
  async afterResult(ports, { flow, resource, passed, act }) {
    return omitUndefined({ trust: await rememberTrust(ports, flow, resource, passed, act) });
  },
};

/**
 * After a completed sign-in: records that a trusted browser was used, or trusts this one, if its user wants that and has
 * just shown a second factor that is not on paper.
 */
async function rememberTrust(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  { account, trust: offer }: Flow,
  resource: Resource,
  { user: { id }, otp, token, kind, browser, second, wantsTrust: isWanted }: VerifiedFactors,
  act: RequestContext,
): Promise<BrowserTrust | undefined> {
  if (id === 'test') return undefined;
  if (browser !== undefined) await recordTrustUse(ports, id, browser);
  if (!isWanted || !offer || otp !== 'verified' || second || token === undefined || kind === undefined)
    return undefined;
  if (KIND_RULES[kind].isSubstitute) return undefined;
  const known = await readUser(ports, account, id);
  return known && trustBrowser(ports, act, { known, resource, token, offer });
}

/** As `fields.ts` reads them. */
function shownSecrets(input: object): string[] {
  if (!('browsers' in input) || !Array.isArray(input.browsers)) return [];
  return input.browsers.filter((secret) => typeof secret === 'string');
}

function wantsTrust(input: object): boolean {
  return 'trust' in input && input.trust === true;
}
