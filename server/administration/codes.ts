import type { AdministratorId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isSameSecret } from '../kernel/secret-token.ts';
import { CONFIRMATION_ATTEMPTS, type Confirmation } from '../messages/confirmation.ts';
import {
  confirmationCodeText,
  plainCode,
  RECOVERY_CODES,
  recoveryCodeText,
} from '../tokens/kinds/recovery/recovery-code-format.ts';

type Needs = Pick<Ports, 'random' | 'secrets'>;

/** A code to send, and the stored MAC of it. */
export function newConfirmation(ports: Needs, of: AdministratorId): { code: string; confirmation: Confirmation } {
  const code = confirmationCodeText(ports.random.bytes(5));
  return { code, confirmation: { mac: codeMac(ports, 'confirmation', of, code), attemptsLeft: CONFIRMATION_ATTEMPTS } };
}

export function matchesConfirmation(
  ports: Pick<Ports, 'secrets'>,
  confirmation: Confirmation,
  of: AdministratorId,
  typed: string,
): boolean {
  return isSameSecret(codeMac(ports, 'confirmation', of, typed), confirmation.mac);
}

/** The codes are shown once. Only the MACs are stored. */
export function newRecoveryCodes(ports: Needs, of: AdministratorId): { codes: string[]; macs: string[] } {
  const codes = Array.from({ length: RECOVERY_CODES }, () => recoveryCodeText(ports.random.bytes(10)));
  return { codes, macs: codes.map((code) => recoveryCodeMac(ports, of, code)) };
}

export function recoveryCodeMac(ports: Pick<Ports, 'secrets'>, of: AdministratorId, typed: string): string {
  return codeMac(ports, 'recovery', of, typed);
}

/** A MAC under the master key, because a bare hash of a short code can be guessed from a copy of the store. */
function codeMac(
  ports: Pick<Ports, 'secrets'>,
  kind: 'confirmation' | 'recovery',
  of: AdministratorId,
  typed: string,
): string {
  const mac = ports.secrets.mac('administrator-code', JSON.stringify([kind, of, plainCode(typed)]));
  return Buffer.from(mac).toString('base64url');
}
