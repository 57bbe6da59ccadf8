import type { UserId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { type Environment, environmentOf, mapTraits, type SaidTraits } from './device-fingerprint/browser-signals.ts';

type Needs = Pick<Ports, 'secrets'>;

/** Of an HMAC-SHA256; two of them are compared, nobody is let in by one. */
const MAC_BYTES = 16;

/**
 * The traits under MACs, before it is known whose they are. From here on nothing holds a readable one: there are few
 * languages and screens, so a bare hash would be as good as the text.
 */
export function blindTraits(ports: Needs, said: SaidTraits): Environment {
  return mapTraits(environmentOf(said), (trait, value) => mac(ports, 'environment-trait', [trait, value]));
}

/** The same, of one person: what two people have in common does not show in the store. */
export function traitsOf(ports: Needs, user: UserId, blinded: Environment): Environment {
  return mapTraits(blinded, (trait, value) => mac(ports, 'environment', [user, trait, value]));
}

function mac(ports: Needs, purpose: string, parts: readonly string[]): string {
  const bytes = ports.secrets.mac(purpose, JSON.stringify(parts)).subarray(0, MAC_BYTES);
  return Buffer.from(bytes).toString('base64url');
}
