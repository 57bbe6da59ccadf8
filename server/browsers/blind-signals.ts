import type { UserId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import {
  type Environment,
  environmentOf,
  mapTraits,
  type ReportedTraits,
} from './device-fingerprint/browser-signals.ts';

/** A truncated HMAC-SHA256 is enough: it is only compared, and does not authenticate. */
const MAC_BYTES = 16;

/**
 * Puts the traits under MACs before the user is known. No readable value is kept after this point: there are few
 * languages and screens, so a bare hash would be as good as the text.
 */
export function blindTraits(ports: Pick<Ports, 'secrets'>, said: ReportedTraits): Environment {
  return mapTraits(environmentOf(said), (trait, value) => mac(ports, 'environment-trait', [trait, value]));
}

/** The same for one user, so that the store does not show what two users have in common. */
export function traitsOf(ports: Pick<Ports, 'secrets'>, user: UserId, blinded: Environment): Environment {
  return mapTraits(blinded, (trait, value) => mac(ports, 'environment', [user, trait, value]));
}

function mac(ports: Pick<Ports, 'secrets'>, purpose: string, parts: readonly string[]): string {
  const bytes = ports.secrets.mac(purpose, JSON.stringify(parts)).subarray(0, MAC_BYTES);
  return Buffer.from(bytes).toString('base64url');
}
