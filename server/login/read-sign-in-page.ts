import { loginRequestDocument } from '../flows/documents.ts';
import { parseId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { resourceDocument } from '../resources/documents.ts';
import { redirectAllowed } from '../resources/redirect-uris.ts';
import { type PublicInfo, publicInfo } from './frame-policy.ts';

/** What our own page for a login request shows before anybody has proved that they hold its secret. */
export interface SignInPage extends PublicInfo {
  request: string;
  resource: string;
  /** The only address that the page may post to. */
  redirectUri: string;
  /** Whether the site has said who signs in. */
  isGiven: boolean;
}

/** Undefined where there is no such request, or none to go back from, or its address is on the list no more. */
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
