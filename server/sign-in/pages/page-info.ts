import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { offersPasskeySignIn } from '../../authentication/second-factor.ts';
import { type AccountId, parseId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { resourceDocument } from '../../resources/documents.ts';
import { originAllowed, siteOf } from '../../resources/origins.ts';
import { EMPTY_INFO, type PublicInfo, publicInfo } from '../../resources/public-info.ts';
import { redirectAllowed } from '../../resources/redirect-uris.ts';
import { loginRequestDocument } from '../documents.ts';

/**
 * The origins that may frame the page, and its title. The embedding page claims its own origin, which only narrows the
 * policy: the browser enforces that it is true (SR-13). Undefined: the resource does not exist, or does not list the
 * origin; the response does not reveal which.
 */
export async function frameAccess(
  ports: Pick<Ports, 'store' | 'clock' | 'texts'>,
  resource: string,
  origin: string,
): Promise<{ account: AccountId; ancestor: string; shown: PublicInfo; hasPasskey: boolean } | undefined> {
  const id = parseId('res', resource);
  if (!id) return undefined;
  const [stored] = await ports.store.getMany([resourceDocument.key(id)], ports.clock.now());
  if (!stored || !originAllowed(stored.value, origin)) return undefined;
  const { value } = stored;
  const hasPasskey = offersPasskeySignIn(value);
  return { account: value.account, ancestor: origin, shown: publicInfo(value, ports.texts), hasPasskey };
}

/**
 * The information that the hosted page for a login request shows before the browser has proved that it holds the
 * secret.
 */
export interface SignInPage extends PublicInfo {
  request: string;
  resource: string;
  /** The only address that the page may post to. */
  redirectUri: string;
  /** Whether the site has named the user. */
  isGiven: boolean;
}

/** Undefined if the request does not exist, has no redirect address, or its address is no longer registered. */
export async function readSignInPage(
  ports: Pick<Ports, 'store' | 'clock' | 'texts'>,
  request: string,
): Promise<SignInPage | undefined> {
  const id = parseId('flw', request);
  if (!id) return undefined;
  const now = ports.clock.now();
  const [asked] = await ports.store.getMany([loginRequestDocument.key(id)], now);
  if (asked?.value.redirectUri === undefined) return undefined;
  const { redirectUri, user, resource: resourceId } = asked.value;
  const [resource] = await ports.store.getMany([resourceDocument.key(resourceId)], now);
  if (!resource || !redirectAllowed(resource.value, redirectUri)) return undefined;
  const back = new URL(redirectUri).origin;
  return {
    ...publicInfo(resource.value, ports.texts),
    back,
    request: id,
    resource: resourceId,
    redirectUri,
    isGiven: user !== undefined,
  };
}

/** The page that a mailed link leads to. Its resource id reveals only the name that every visitor sees. */
export async function readEnrolmentPage(
  ports: Pick<Ports, 'store' | 'clock' | 'texts'> & { issuer: string },
  text: string,
): Promise<{ resource: string; shown: PublicInfo }> {
  const nothing = { resource: '', shown: EMPTY_INFO };
  const id = parseId('res', text);
  if (!id) return nothing;
  const [resource] = await ports.store.getMany([resourceDocument.key(id)], ports.clock.now());
  if (!resource?.value.enrolment) return nothing;
  // The link leads to no result, so browsers are not compared.
  const back = siteOf(resource.value, undefined, ports.issuer);
  return {
    resource: id,
    shown: { ...publicInfo(resource.value, ports.texts), comparesBrowsers: false, ...omitUndefined({ back }) },
  };
}

/** The resource's self-service page. If the resource has none, the page reports that nothing is here. */
export async function readSelfPage(
  ports: Pick<Ports, 'store' | 'clock' | 'texts'> & { issuer: string },
  text: string,
  origin: string | undefined,
): Promise<{ resource: string; shown: PublicInfo }> {
  const id = parseId('res', text);
  const [resource] = id ? await ports.store.getMany([resourceDocument.key(id)], ports.clock.now()) : [];
  if (!id || !resource?.value.selfService) return { resource: '', shown: EMPTY_INFO };
  const back = siteOf(resource.value, origin, ports.issuer);
  return { resource: id, shown: { ...publicInfo(resource.value, ports.texts), ...omitUndefined({ back }) } };
}

/** Whose texts a document of this resource has; undefined if the resource does not exist or has only ours. */
export async function readTextOwner(
  ports: Pick<Ports, 'store' | 'clock' | 'texts'>,
  text: string,
): Promise<PublicInfo['own']> {
  const id = parseId('res', text);
  const [stored] = id ? await ports.store.getMany([resourceDocument.key(id)], ports.clock.now()) : [];
  return stored && publicInfo(stored.value, ports.texts).own;
}
