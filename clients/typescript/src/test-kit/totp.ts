export interface TotpOptions {
  /** The secret in base32, as the enrolment shows it. */
  secret: string;
  digits?: number;
  periodS?: number;
  algorithm?: 'SHA-1' | 'SHA-256' | 'SHA-512';
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The one-time password of RFC 6238 at that time. */
export async function totp({ secret, digits = 6, periodS = 30, algorithm = 'SHA-1' }: TotpOptions, now: number) {
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(Math.floor(now / 1000 / periodS)));
  const hmac = { name: 'HMAC', hash: algorithm };
  const key = await crypto.subtle.importKey('raw', decodeBase32(secret), hmac, false, ['sign']);
  const mac = new DataView(await crypto.subtle.sign('HMAC', key, counter));
  // RFC 4226 5.3: the last four bits say where the 31 bits are.
  const offset = mac.getUint8(mac.byteLength - 1) & 0xf;
  const value = mac.getUint32(offset) & 0x7fffffff;
  return String(value % 10 ** digits).padStart(digits, '0');
}

function decodeBase32(text: string): Uint8Array<ArrayBuffer> {
  let bits = '';
  for (const character of text.toUpperCase().replaceAll(/[\s=-]/g, '')) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) throw new Error('The secret is not base32.');
    bits += value.toString(2).padStart(5, '0');
  }
  const bytes = bits.match(/.{8}/g) ?? [];
  return Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 2));
}
