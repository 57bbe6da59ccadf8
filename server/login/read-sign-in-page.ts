import { loginRequestDocument } from '../flows/documents.ts';
import { parseId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { resourceDocument } from '../resources/documents.ts';
import { type PublicInfo, publicInfo } from '../resources/public-info.ts';
import { redirectAllowed } from '../resources/redirect-uris.ts';

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
  ports: Pick<Ports, 'store' | 'clock'>,
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
  return { ...publicInfo(resource.value), request: id, resource: resourceId, redirectUri, isGiven: user !== undefined };
}
