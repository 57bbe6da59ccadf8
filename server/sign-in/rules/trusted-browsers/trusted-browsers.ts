import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { isPlainSignIn } from '../../plain-sign-in.ts';
import type { Rule } from '../../rule.ts';
import { rememberTrust } from './remember-trust.ts';
import { trustBasis } from './trusted-browser.ts';
import { findTrustedBrowser } from './use-trust.ts';

export const trustedBrowsers: Rule = {
  name: 'trusted browsers',
  does: 'A browser that the user trusts needs no code beside the password, unless it is an unknown one.',
  async afterFirstFactor(ports, { flow, resource, user, first, tokens, factors, differs, browsers = [] }) {
    // Where wrong codes have locked the tokens, a recovery code is asked for in any browser.
    const isCodeAsked = factors.kind === 'factors' && factors.otp && !factors.recoveryOnly;
    if (!isCodeAsked || !('passwordDigest' in first) || !isPlainSignIn(flow)) return undefined;
    const browser = differs === undefined && (await findTrustedBrowser(ports, { resource, user }, browsers));
    if (browser) return { finish: { user, ...first, otp: 'remembered', browser: browser.id } };
    const { trustedBrowserDays: days } = resource;
    if (days === undefined) return undefined;
    // The offer to trust this browser, which the code then completes.
    return { marks: { trust: { basis: trustBasis({ resource, user, tokens }, ports.clock.now()), days } } };
  },
  async afterResult(ports, { flow, resource, passed, act }) {
    return omitUndefined({ trust: await rememberTrust(ports, flow, resource, passed, act) });
  },
};
