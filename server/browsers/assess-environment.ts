import type { UserId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { DocumentReader } from '../kernel/ports/store.ts';
import type { Resource } from '../resources/resource.ts';
import { traitsOf } from './blind-signals.ts';
import type { Environment } from './device-fingerprint/browser-signals.ts';
import { assessMatch, type EnvironmentVerdict } from './device-fingerprint/environment-verdict.ts';
import { rememberedOn } from './device-fingerprint/known-browsers.ts';
import { bestMatch } from './device-fingerprint/match.ts';
import { environmentsDocument } from './documents.ts';

/**
 * Compares a browser with those of the user's earlier sign-ins on this resource. Undefined: the resource does not
 * compare browsers.
 *
 * @param blinded from `blindTraits`; absent: a browser that reports nothing, which matches no other
 */
export async function assessEnvironment(
  ports: Pick<Ports, 'clock' | 'secrets'> & { store: DocumentReader },
  resource: Pick<Resource, 'id' | 'environment'>,
  user: UserId,
  blinded: Environment | undefined,
): Promise<EnvironmentVerdict | undefined> {
  const { environment: check } = resource;
  if (!check) return undefined;
  const now = ports.clock.now();
  const [stored] = await ports.store.getMany([environmentsDocument.key(user)], now);
  const remembered = rememberedOn(stored?.value, resource.id, now).map(({ traits }) => traits);
  const shown = traitsOf(ports, user, blinded ?? {});
  return assessMatch(check, bestMatch(check.weights, shown, remembered));
}
