import { parseAllowedOrigin } from '../../domain/origins.ts';
import { parseRedirectUri } from '../../domain/redirect-uris.ts';
import type { Resource } from '../../domain/resource.ts';
import { type Refusal, refusal } from '../verdict.ts';

/** Everything about a resource that its administrators set. */
export type ResourceSettings = Omit<Resource, 'id' | 'account' | 'logo' | 'createdAt' | 'createdBy'>;

/** Origins in canonical form. The filters are looked at when they are attached. */
export function checkSettings<S extends Partial<ResourceSettings>>(settings: S): { settings: S } | Refusal {
  const origins = settings.allowedOrigins?.map(parseAllowedOrigin);
  const bad = origins?.indexOf(undefined) ?? -1;
  if (bad >= 0) return refusal('INPUT_INVALID', { detail: `allowedOrigins/${bad}: not an origin that can be allowed` });

  const addresses = settings.redirectUris?.map(parseRedirectUri);
  const wrong = addresses?.indexOf(undefined) ?? -1;
  if (wrong >= 0) {
    return refusal('INPUT_INVALID', { detail: `redirectUris/${wrong}: not an address that can be gone back to` });
  }

  return { settings: { ...settings, ...(origins && { allowedOrigins: [...new Set(origins)] }) } };
}
