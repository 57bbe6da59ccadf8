import type { CodeLimits } from '../../../kernel/code-channel.ts';
import { MINUTE_MS } from '../../../kernel/time.ts';

/** How many codes are sent. `count-code.ts` counts them. */

export const ADDRESS_WINDOW_MS = 15 * MINUTE_MS;

export const DEFAULT_CODE_LIMITS: CodeLimits = {
  perAddress: 5,
  perAddressAndDay: 10,
  perAccountAndHour: 1000,
  perHour: 5000,
  reservedPerAccount: 100,
};

/** A fiftieth of the codes that the server may send; at least one. */
export function defaultReserve(perHour: number): number {
  return Math.max(1, Math.floor(perHour / 50));
}

/**
 * Whether the server's limit allows another code (SR-48).
 *
 * @param sent codes of this hour with this one, of the account and of the whole server
 */
export function isWithinServerLimit(
  { perHour, reservedPerAccount }: Pick<CodeLimits, 'perHour' | 'reservedPerAccount'>,
  sent: { ofAccount: number; ofServer: number },
): boolean {
  return sent.ofServer <= perHour || sent.ofAccount <= reservedPerAccount;
}
