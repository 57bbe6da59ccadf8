import type { Ports } from '../../kernel/ports/ports.ts';
import { appRedirectAllowed } from '../../resources/app-redirect-uris.ts';
import { resourceDocument } from '../../resources/documents.ts';
import type { Resource } from '../../resources/resource.ts';
import { type AuthorizationRequest, readAuthorizationRequest } from './authorization-request.ts';

/**
 * The request of an app and its resource. Of a wrong one nothing goes to the address that it names: that may be an
 * attacker's (RFC 9700, 4.11). The same for an unknown resource and one that does not list the address.
 */
export async function readAppPage(
  ports: Pick<Ports, 'store' | 'clock'> & { issuer: string },
  query: string,
): Promise<{ request: AuthorizationRequest; resource: Resource } | { problem: string }> {
  const request = readAuthorizationRequest(query);
  if ('problem' in request) return request;
  const [stored] = await ports.store.getMany([resourceDocument.key(request.resource)], ports.clock.now());
  return stored && appRedirectAllowed(stored.value, request.redirectUri, ports.issuer)
    ? { request, resource: stored.value }
    : {
        problem: `No resource ${request.resource} has the redirect_uri ${request.redirectUri} in its appRedirectUris.`,
      };
}
