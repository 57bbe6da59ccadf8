import type { AccountId, TokenId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isSameSecret } from '../kernel/secret-token.ts';
import { PIN_DIGITS } from './kinds/oath/format.ts';
import type { Token, TokenPin } from './token.ts';

/** @param pin exactly four digits */
export function newPin(
  ports: Pick<Ports, 'secrets'>,
  of: { account: AccountId; id: TokenId },
  pin: string,
  position: TokenPin['position'],
): TokenPin {
  return { mac: pinMac(ports, of, pin).toString('base64url'), position };
}

/**
 * Splits typed text into the PIN and the code. The MAC costs the same for any input, and the caller verifies the code
 * whether or not the PIN was right, so a wrong PIN is indistinguishable from a wrong code.
 */
export function splitPin(
  ports: Pick<Ports, 'secrets'>,
  token: Token,
  typed: string,
): { otp: string; isPinRight: boolean } {
  const { pin } = token;
  if (!pin) return { otp: typed, isPinRight: true };
  const isBefore = pin.position === 'before';
  const given = isBefore ? typed.slice(0, PIN_DIGITS) : typed.slice(-PIN_DIGITS);
  const otp = isBefore ? typed.slice(PIN_DIGITS) : typed.slice(0, -PIN_DIGITS);
  return { otp, isPinRight: isSameSecret(pinMac(ports, token, given), Buffer.from(pin.mac, 'base64url')) };
}

function pinMac(
  ports: Pick<Ports, 'secrets'>,
  { account, id }: { account: AccountId; id: TokenId },
  pin: string,
): Buffer {
  return Buffer.from(ports.secrets.mac('token-pin', JSON.stringify([account, id, pin])));
}
