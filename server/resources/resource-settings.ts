import { LINK_NAMES, type Links, linkOf } from '@countersign/protocol/links';
import { type Refusal, wrongInput } from '../kernel/result.ts';
import { parseAppRedirectUri } from './app-redirect-uris.ts';
import { parseAllowedOrigin } from './origins.ts';
import { parseRedirectUri } from './redirect-uris.ts';
import { mailsFirstFactor, type Resource } from './resource.ts';

/** The settings of a resource that administrators can change. */
export type ResourceSettings = Omit<
  Resource,
  'id' | 'account' | 'logo' | 'hook' | 'trustEpoch' | 'createdAt' | 'createdBy'
>;

const ORIGIN_NEEDED =
  'needs to be an origin without a path, such as https://shop.example or https://*.shop.example, not https://*.com; http on loopback alone';
const ADDRESS_NEEDED =
  'needs to be an address without user and fragment, such as https://shop.example/signed-in; http on loopback alone';
const APP_ADDRESS_NEEDED =
  'needs to be com.example.shop:/signed-in with a reversed domain name of yours, http://127.0.0.1/signed-in or http://[::1]/signed-in without a port, or https; without user, query and fragment';

const LINK_NEEDED = 'needs to be an https URL without user, such as https://shop.example/privacy';
const CONTACT_NEEDED =
  'needs to be an https URL, mailto: with one email address, or tel: with a number, such as mailto:help@shop.example';

/** Origins and links in canonical form. The filters are checked when they are attached. */
export function checkSettings<S extends Partial<ResourceSettings>>(settings: S): { settings: S } | Refusal {
  const origins = settings.allowedOrigins?.map(parseAllowedOrigin);
  const bad = origins?.indexOf(undefined) ?? -1;
  if (bad >= 0) return wrongInput(`allowedOrigins/${bad}`, ORIGIN_NEEDED);

  const addresses = settings.redirectUris?.map(parseRedirectUri);
  const wrong = addresses?.indexOf(undefined) ?? -1;
  if (wrong >= 0) return wrongInput(`redirectUris/${wrong}`, ADDRESS_NEEDED);

  const ofApps = settings.appRedirectUris?.map(parseAppRedirectUri);
  const foreign = ofApps?.indexOf(undefined) ?? -1;
  if (foreign >= 0) return wrongInput(`appRedirectUris/${foreign}`, APP_ADDRESS_NEEDED);

  const links: Links = {};
  for (const name of LINK_NAMES) {
    const given = settings.links?.[name];
    if (given === undefined) continue;
    const href = linkOf(name, given);
    if (href === undefined) return wrongInput(`links/${name}`, name === 'support' ? CONTACT_NEEDED : LINK_NEEDED);
    links[name] = href;
  }
  return {
    settings: {
      ...settings,
      ...(origins && { allowedOrigins: [...new Set(origins)] }),
      ...(settings.links && { links }),
    },
  };
}

/**
 * What a mailed code as the first factor excludes: what the mailbox alone would open for good, and what rests on a
 * password (SR-69).
 */
const NOT_WITH_MAILED_CODE = ['enrolment', 'selfService', 'trustedBrowserDays', 'testMode'] as const;

/** Refuses settings that contradict each other; undefined if they go together. */
export function refuseContradiction(settings: ResourceSettings): Refusal | undefined {
  if (!mailsFirstFactor(settings)) return undefined;
  const isCodeAlone = settings.methodPolicy === 'otp';
  const other = isCodeAlone ? 'methodPolicy otp' : NOT_WITH_MAILED_CODE.find((name) => settings[name] !== undefined);
  return other && wrongInput('firstFactor', `mailed-code does not go with ${other}`);
}
