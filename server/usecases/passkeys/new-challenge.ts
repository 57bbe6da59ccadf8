import type { Token } from '../../domain/token.ts';
import type { PasskeyChallenge, RelyingParty } from '../../domain/webauthn/passkey-challenge.ts';
import {
  CHALLENGE_BYTES,
  challengeFor,
  challengeForAnybody,
  passkeysOf,
} from '../../domain/webauthn/passkey-request.ts';
import type { Ports } from '../../ports/index.ts';

/** What use-cases that ask passkeys take beside the ports. */
export type PasskeyNeeds = Pick<Ports, 'random'> & {
  /** The public URL, an origin. */
  issuer: string;
  /** A domain above the issuer's host, where one is configured. */
  rpId?: string | undefined;
};

export function relyingParty({ issuer, rpId }: Omit<PasskeyNeeds, 'random'>): RelyingParty {
  const { origin, hostname } = new URL(issuer);
  return { origin, rpId: rpId ?? hostname };
}

/** Unguessable, and good for one answer (WebAuthn 13.4.3). */
export function randomChallenge(ports: PasskeyNeeds): string {
  return Buffer.from(ports.random.bytes(CHALLENGE_BYTES)).toString('base64url');
}

/**
 * What the passkeys among these tokens are asked; undefined where there are none.
 *
 * @param tokens of the person's assignment, usable ones
 */
export function askPasskeys(ports: PasskeyNeeds, tokens: readonly Token[]): PasskeyChallenge | undefined {
  const passkeys = passkeysOf(tokens);
  if (passkeys.length === 0) return undefined;
  return challengeFor(passkeys, relyingParty(ports), randomChallenge(ports));
}

/** What is asked before anybody has been named. */
export function askAnybody(ports: PasskeyNeeds): PasskeyChallenge {
  return challengeForAnybody(relyingParty(ports), randomChallenge(ports));
}
