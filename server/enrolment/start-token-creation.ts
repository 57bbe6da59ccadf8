import type { Making } from '../flows/enrolling.ts';
import { callDependency } from '../kernel/dependency.ts';
import { idFromBytes } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { ENROLMENT_KINDS, type EnrolmentBasis, type EnrolmentKind } from '../resources/enrolment-policy.ts';
import { randomChallenge } from '../tokens/kinds/passkey/new-challenge.ts';
import { MOST_PASSKEYS } from '../tokens/kinds/passkey/start-passkey-registration.ts';
import { maskedAddress } from '../tokens/kinds/sent/out-of-band-code.ts';
import { seedContext } from '../tokens/seed-context.ts';
import { isWebauthn, type Token } from '../tokens/token.ts';
import type { User } from '../users/user.ts';
import { codeTarget, isMailboxTheirs } from './enrolment-address.ts';

/** RFC 4226 R6 recommends 160 bits. */
const SEED_BYTES = 20;

/** The data that a kind needs before the user can set it up. Sends nothing, and stores nothing outside the flow. */
export function beginMaking(ports: Pick<Ports, 'random' | 'secrets'>, kind: EnrolmentKind, user: User): Making {
  const token = idFromBytes('tok', ports.random.bytes(7));
  switch (kind) {
    case 'totp': {
      const seed = ports.random.bytes(SEED_BYTES);
      const sealedSecret = callDependency('sealing a seed', () =>
        ports.secrets.seal(seed, seedContext(user.account, token)),
      );
      return { kind, token, sealedSecret };
    }
    case 'webauthn':
      return { kind, token, challenge: randomChallenge(ports) };
    case 'sms':
    case 'email': {
      const target = codeTarget(kind, user);
      return { kind, token, ...(typeof target === 'object' && { onRecord: maskedAddress({ kind, to: target.to }) }) };
    }
  }
}

/**
 * The kinds that a user could set up now, on any resource.
 *
 * @param owned every token of the user
 * @param basis the factors that they have shown for it
 */
export function availableKinds(
  { codes }: Pick<Ports, 'codes'>,
  user: User,
  owned: readonly Token[],
  basis: EnrolmentBasis,
): readonly EnrolmentKind[] {
  return ENROLMENT_KINDS.filter((kind) => {
    if (kind === 'totp') return true;
    if (kind === 'webauthn') return owned.filter(isWebauthn).length < MOST_PASSKEYS;
    if (kind === 'email' && !isMailboxTheirs(user, basis)) return false;
    return codes.channels.includes(kind) && codeTarget(kind, user) !== undefined;
  });
}
