import { parseUrl } from '@countersign/protocol/parse-url';
import { OTP_USES, RESULT_TYP, type ResultClaims, TEST_RESULT_TYP } from '@countersign/protocol/result';
import { base64url, errors, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { Signer } from '../../kernel/ports/signer.ts';
import { hasRetired, isOutlasted } from '../../operations/maintenance/key-rotation.ts';
import { isMetadata, type Metadata } from '../../users/metadata.ts';
import { signStatement } from './audit-statements.ts';
import type { SigningKey } from './signing-key.ts';

interface SignerOptions {
  /** The service's public URL: `iss`. */
  issuer: string;
  /**
   * In order of preference: the first active key that no other supersedes signs; all that have not retired verify. At
   * least one. A function is called each time, so that a running service follows changes of the keys.
   */
  keys: readonly SigningKey[] | (() => readonly SigningKey[]);
  /** Milliseconds since the epoch. */
  now: () => number;
}

const TOLERANCE_S = 30;
/** Far above any result of ours; a longer text is not decoded. */
const MAX_JWT_LENGTH = 8192;
const HEADER_NAMES = new Set(['alg', 'typ', 'kid']);

/** The maximum lifetime of results that a resource can set. */
const MAX_LIFETIME_S = 300;
const ORIGIN = /^https?:\/\/(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])(?::\d{1,5})?$/;

const seconds = z.number().int().nonnegative();
/** Exactly the claims of a result; any other set is refused. */
const claimsSchema = z.strictObject({
  iss: z.string(),
  aud: z.string(),
  sub: z.string().min(1),
  preferred_username: z.string().min(1),
  nonce: z.string().min(1),
  origin: z.string().refine((text) => ORIGIN.test(text) && parseUrl(text)?.origin === text),
  app: z.literal(true).exactOptional(),
  amr: z.array(z.string().min(1)).max(8),
  acr: z.enum(['1', '2']),
  otp: z.enum(OTP_USES),
  txn: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .exactOptional(),
  password_breached: z.literal(true).exactOptional(),
  email: z.string().min(1).exactOptional(),
  name: z.string().min(1).exactOptional(),
  external_id: z.string().min(1).exactOptional(),
  metadata: z.custom<Metadata>((value) => isMetadata(value) && Object.keys(value).length > 0).exactOptional(),
  hook: z.custom<Metadata>((value) => isMetadata(value) && Object.keys(value).length > 0).exactOptional(),
  auth_time: seconds,
  iat: seconds,
  exp: seconds,
  jti: z.string().min(1),
  test: z.literal(true).exactOptional(),
}) satisfies z.ZodType<ResultClaims>;

/**
 * Signs and verifies results (JWT, RFC 7519; SR-9, SR-10, RFC 8725). The algorithm belongs to the key that `kid` names
 * and is never taken from the JWT. EdDSA keeps its registered name (RFC 8037), which verifiers know, rather than
 * `Ed25519` (RFC 9864), which few know yet.
 *
 * @throws {TypeError} if there is no key, or a key id is used twice.
 */
export function createSigner({ issuer, keys, now }: SignerOptions): Signer {
  const all = typeof keys === 'function' ? keys : () => keys;
  const kids = new Set(all().map((key) => key.publicJwk.kid));
  if (kids.size === 0 || kids.size !== all().length) throw new TypeError('signing keys must be there, and distinct');
  const inForce = () => all().filter((key) => !hasRetired(key, now()));

  const signing = () => {
    const ready = inForce().filter(({ signsFromAt }) => signsFromAt <= now());
    const key = ready.find((one) => !isOutlasted(one, ready, now()));
    if (!key) throw new Error('no signing key may be used yet');
    return key;
  };

  return {
    async sign(claims) {
      if (claims.iss !== issuer) throw new TypeError('a result is signed for its own issuer only');
      const key = signing();
      const { alg, kid } = key.publicJwk;
      return new SignJWT({ ...claims }).setProtectedHeader({ alg, kid, typ: typOf(claims) }).sign(key.privateKey);
    },

    signStatement: (statement) => signStatement(statement, issuer, signing()),

    async verify(jwt, expected) {
      if (jwt.length > MAX_JWT_LENGTH) return undefined;
      const byKid = new Map(inForce().map((key) => [key.publicJwk.kid, key]));
      try {
        const { payload, protectedHeader } = await jwtVerify(jwt, (header) => keyFor(header, byKid), {
          issuer,
          audience: expected.audience,
          currentDate: new Date(expected.now),
          clockTolerance: TOLERANCE_S,
        });
        const claims = claimsSchema.safeParse(payload);
        const ours =
          claims.success &&
          protectedHeader.typ === typOf(claims.data) &&
          soundTimes(claims.data, expected.now) &&
          writtenByUs(jwt, protectedHeader, payload);
        return ours ? claims.data : undefined;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        // Any other error is our own failure and refuses as such.
        throw error;
      }
    },

    publicKeys: () => inForce().map(({ publicJwk }) => ({ ...publicJwk })),
  };
}

/**
 * The key that this header refers to. Our headers have three members; one that carries a key (`jwk`, `jku`, `x5u`,
 * `x5c`), requests extensions (`crit`, `b64`) or names an algorithm other than the key's is refused before the
 * signature is checked.
 */
function keyFor(header: JWTHeaderParameters, byKid: ReadonlyMap<string, SigningKey>) {
  const key = typeof header.kid === 'string' ? byKid.get(header.kid) : undefined;
  const ours = Object.keys(header).every((name) => HEADER_NAMES.has(name));
  if (!key || !ours || !isTyp(header.typ) || header.alg !== key.publicJwk.alg) {
    throw new errors.JWSInvalid('not the header of a result');
  }
  return key.publicKey;
}

function isTyp(typ: unknown): boolean {
  return typ === RESULT_TYP || typ === TEST_RESULT_TYP;
}

/** Header and claim agree, so every reader sees whether it is a test. */
function typOf({ test }: Pick<ResultClaims, 'test'>): string {
  return test ? TEST_RESULT_TYP : RESULT_TYP;
}

/** `exp` was checked already; this checks that it belongs to this `iat` and that both are plausible. */
function soundTimes({ auth_time, iat, exp }: ResultClaims, now: number): boolean {
  const soundLife = iat < exp && exp - iat <= MAX_LIFETIME_S;
  return auth_time <= iat && soundLife && iat * 1000 <= now + TOLERANCE_S * 1000;
}

/**
 * True if the text is our spelling of this content. JSON and base64url allow others (a name twice, white space,
 * padding, spare bits) in which two readers could see different content.
 */
function writtenByUs(jwt: string, header: object, payload: object): boolean {
  const [, , signature = ''] = jwt.split('.');
  const content = [header, payload].map((part) => base64url.encode(JSON.stringify(part)));
  return jwt === [...content, base64url.encode(base64url.decode(signature))].join('.');
}
