import type { OathToken } from '../../token.ts';
import { base32Encode } from './base32.ts';

/**
 * The `otpauth://` URI that an authenticator app reads from a QR code (Key URI format). Contains the seed: it is shown
 * once and never stored or logged (SR-23).
 *
 * @example otpauthUri({ issuer: 'Shop', account: 'alice', token, secret })
 *   // 'otpauth://totp/Shop:alice?secret=...&issuer=Shop&algorithm=SHA1&digits=6&period=30'
 */
export function otpauthUri(input: {
  issuer: string;
  account: string;
  token: Pick<OathToken, 'factor' | 'algorithm' | 'digits' | 'nextCounter'>;
  secret: Uint8Array;
}): string {
  const { token } = input;
  const issuer = labelPart(input.issuer);
  const account = labelPart(input.account);
  const label = issuer === '' ? account : `${issuer}:${account}`;
  const parameters = [
    `secret=${base32Encode(input.secret)}`,
    ...(issuer === '' ? [] : [`issuer=${issuer}`]),
    `algorithm=${token.algorithm}`,
    `digits=${token.digits}`,
    token.factor.kind === 'totp' ? `period=${token.factor.periodMs / 1000}` : `counter=${token.nextCounter}`,
  ];
  return `otpauth://${token.factor.kind}/${label}?${parameters.join('&')}`;
}

/**
 * A colon separates issuer and account, encoded or not, so neither may contain one; a lone surrogate cannot be encoded.
 */
function labelPart(text: string): string {
  const clean = text
    .replace(/:/g, ' ')
    .replace(/\p{Cs}/gu, '\uFFFD')
    .replace(/\s+/gu, ' ')
    .trim();
  return encodeURIComponent(clean);
}
