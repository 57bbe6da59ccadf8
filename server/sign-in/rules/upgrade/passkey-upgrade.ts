import { idFromBytes } from '../../../kernel/ids.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import { MINUTE_MS } from '../../../kernel/time.ts';
import { hasCompletedSignInFrom } from '../../../passwords/password-counters.ts';
import { type Resource, upgradesToPasskeys } from '../../../resources/resource.ts';
import { randomChallenge } from '../../../tokens/kinds/passkey/new-challenge.ts';
import { MAX_PASSKEYS } from '../../../tokens/kinds/passkey/start-passkey-registration.ts';
import { KIND_RULES } from '../../../tokens/kinds/rules.ts';
import { ownedTokens } from '../../../tokens/owned-tokens.ts';
import { isWebauthn, type Token } from '../../../tokens/token.ts';
import { readUser } from '../../../users/find-user.ts';
import type { User } from '../../../users/user.ts';
import type { VerifiedFactors } from '../../complete-flow.ts';
import { type Flow, isPlainSignIn, type PasskeyUpgrade } from '../../flow.ts';

/** How long a browser may take to create the passkey. */
const UPGRADE_TTL_MS = MINUTE_MS;

type UpgradeRules = Pick<Resource, 'enrolment' | 'tokenKinds' | 'testMode'>;

/** What a completed sign-in has shown. */
export interface ShownFactors {
  flow: Pick<Flow, 'passwordVerified' | 'breached'> & Parameters<typeof isPlainSignIn>[0];
  passed: Pick<VerifiedFactors, 'breached' | 'browser' | 'kind' | 'otp' | 'password' | 'second' | 'wantsTrust'>;
  /** The browser differs from those that the resource knows. */
  isUnknownBrowser: boolean;
  /** The user has completed a sign-in with two factors from this network before. */
  isKnownNetwork: boolean;
}

/**
 * Whether a sign-in may end with a passkey that the browser creates without asking. The user sees no step of it, so a
 * thief with fewer than two factors must not get one: it takes the password and another factor, both given in this
 * sign-in, which is a plain one in a known browser and network: elsewhere it may be relayed. A new passkey would end the trust that the user has just asked for.
 */
export function mayUpgrade({ flow, passed, isUnknownBrowser, isKnownNetwork }: ShownFactors): boolean {
  const { breached, browser, kind, otp, second, wantsTrust } = passed;
  const hasPassword = flow.passwordVerified || passed.password === true;
  const isBreached = breached === true || flow.breached !== undefined;
  const isSecondShown = otp === 'verified' && second === undefined && browser === undefined;
  if (!isPlainSignIn(flow) || !hasPassword || isBreached || !isSecondShown) return false;
  if (isUnknownBrowser || !isKnownNetwork) return false;
  return kind !== undefined && kind !== 'webauthn' && !KIND_RULES[kind].isSubstitute && wantsTrust !== true;
}

/**
 * Whether this user may get one: once, so that a user who removes it is not given another, and with a password that did
 * not come by mail.
 */
export function canBeUpgraded(user: User, owned: readonly Token[], resource: UpgradeRules): boolean {
  if (!upgradesToPasskeys(resource) || user.blocked) return false;
  if (user.needsConfirmation !== undefined || user.passkeyUpgraded) return false;
  return owned.filter(isWebauthn).length < MAX_PASSKEYS;
}

/** The challenge for a passkey that the browser may create once the sign-in is complete. */
export async function offerUpgrade(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>,
  {
    address,
    ...shown
  }: Omit<ShownFactors, 'isKnownNetwork'> & {
    flow: Pick<Flow, 'account'>;
    user: User['id'];
    address: string | undefined;
  },
  resource: UpgradeRules,
): Promise<PasskeyUpgrade | undefined> {
  // Most resources do not offer it: read nothing for them.
  if (!upgradesToPasskeys(resource) || !mayUpgrade({ ...shown, isKnownNetwork: true })) return undefined;
  const isKnownNetwork = await hasCompletedSignInFrom(ports, shown.user, address);
  if (!mayUpgrade({ ...shown, isKnownNetwork })) return undefined;
  const user = await readUser(ports, shown.flow.account, shown.user);
  if (!user || !canBeUpgraded(user, await ownedTokens(ports, user), resource)) return undefined;
  return {
    draft: {
      kind: 'webauthn',
      token: idFromBytes('tok', ports.random.bytes(7)),
      challenge: randomChallenge(ports),
      isConditional: true,
    },
    expiresAt: ports.clock.now() + UPGRADE_TTL_MS,
  };
}
