import { forge, type Part, type SignatureMaker, signWith, TEST_KEYS } from './forge.ts';

/** A text too long to store: `prefix`, then `repeat` `times` times, then `suffix`. */
export interface LongText {
  prefix: string;
  repeat: string;
  times: number;
  suffix: string;
}

export interface VectorCase {
  name: string;
  /** The reason, if the name does not say it. */
  why?: string;
  jwt: string | LongText;
  /** `accept`, or the code of the refusal. */
  expect: string;
  /** Differences from the defaults. */
  options?: Record<string, unknown>;
}

/** 15 January 2027, 08:00:00 UTC. */
export const NOW = 1_800_000_000;
export const RESOURCE = 'res_01k8dq9z2mp';
export const NONCE = 'n0nce-Of_this.sign~in-0123456789';

export const DEFAULTS = {
  issuer: 'https://auth.example',
  resource: RESOURCE,
  nonce: NONCE,
  now: NOW,
  clockToleranceS: 30,
  maxLifetimeS: 300,
  algorithms: ['ES256', 'EdDSA'],
};

export const CLAIMS = {
  iss: DEFAULTS.issuer,
  aud: RESOURCE,
  sub: 'usr_2v6m0c4x9ta',
  preferred_username: 'mira',
  nonce: NONCE,
  origin: 'https://shop.example',
  amr: ['pwd', 'otp', 'mfa'],
  acr: '2',
  otp: 'verified',
  auth_time: NOW - 6,
  iat: NOW - 5,
  exp: NOW + 55,
  jti: 'flw_0h7r3k5n8wq',
};

export const HEADER = { alg: 'ES256', typ: 'countersign-result+jwt', kid: TEST_KEYS.es256.kid };
export const EDDSA_HEADER = { ...HEADER, alg: 'EdDSA', kid: TEST_KEYS.eddsa.kid };

/** The good result with these changes. */
export function result(change: { header?: Part; payload?: Part; sign?: SignatureMaker } = {}): string {
  return forge(change.header ?? HEADER, change.payload ?? CLAIMS, change.sign ?? signWith('es256'));
}

/** `undefined` removes a claim. */
export function withClaims(changes: Record<string, unknown>): string {
  return result({ payload: { ...CLAIMS, ...changes } });
}

export function withHeader(changes: Record<string, unknown>): string {
  return result({ header: { ...HEADER, ...changes } });
}
