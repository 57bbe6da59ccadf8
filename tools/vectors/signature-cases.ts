import { joinSignature, ORDER, splitSignature } from './es256.ts';
import { encode, forge, hmacWith, publicJwk, publicPem, type SignatureMaker, signWith, TEST_KEYS } from './forge.ts';
import { CLAIMS, EDDSA_HEADER, HEADER, result, type VectorCase, withClaims, withHeader } from './vector-case.ts';

const unsigned: SignatureMaker = () => new Uint8Array();
const es256 = signWith('es256');
const eddsa = signWith('eddsa');
const RS256_HEADER = { ...HEADER, alg: 'RS256' };

/** Who signed, with which algorithm, and whether the header may influence that. */
export function signatureCases(): VectorCase[] {
  return [
    ...acceptedAlgorithms(),
    ...unsignedCases(),
    ...confusedAlgorithms(),
    ...wrongKeys(),
    ...wrongSpellings(),
    ...changedParts(),
  ];
}

/** Signed by the service’s keys, and where the site accepts fewer algorithms. */
function acceptedAlgorithms(): VectorCase[] {
  return [
    { name: 'valid ES256', jwt: result(), expect: 'accept' },
    { name: 'valid EdDSA', jwt: forge(EDDSA_HEADER, CLAIMS, eddsa), expect: 'accept' },
    {
      name: 'valid ES256 by the next key',
      jwt: forge({ ...HEADER, kid: TEST_KEYS.es256Next.kid }, CLAIMS, signWith('es256Next')),
      expect: 'accept',
    },
    {
      name: 'valid EdDSA where only ES256 is accepted',
      jwt: forge(EDDSA_HEADER, CLAIMS, eddsa),
      expect: 'RESULT_ALGORITHM_REFUSED',
      options: { algorithms: ['ES256'] },
    },
  ];
}

/** No signature, or one that anyone can make from what is published. */
function unsignedCases(): VectorCase[] {
  return [
    ...['none', 'None', 'NONE', 'nOnE', ''].map((alg) => ({
      name: `alg "${alg}" without a signature`,
      jwt: result({ header: { ...HEADER, alg }, sign: unsigned }),
      expect: 'RESULT_ALGORITHM_REFUSED',
    })),
    {
      name: 'alg none with the signature left on',
      jwt: withHeader({ alg: 'none' }),
      expect: 'RESULT_ALGORITHM_REFUSED',
    },
    {
      name: 'HS256 with the PEM of the public key as secret',
      jwt: result({ header: { ...HEADER, alg: 'HS256' }, sign: hmacWith(publicPem(TEST_KEYS.es256)) }),
      expect: 'RESULT_ALGORITHM_REFUSED',
    },
    {
      name: 'HS256 with the JWK of the public key as secret',
      jwt: result({
        header: { ...HEADER, alg: 'HS256' },
        sign: hmacWith(JSON.stringify(publicJwk(TEST_KEYS.es256))),
      }),
      expect: 'RESULT_ALGORITHM_REFUSED',
    },
    {
      name: 'HS256 with an empty secret',
      jwt: result({ header: { ...HEADER, alg: 'HS256' }, sign: hmacWith('') }),
      expect: 'RESULT_ALGORITHM_REFUSED',
    },
    {
      name: 'ES256 in the header, HMAC with the PEM of the public key as signature',
      jwt: result({ sign: hmacWith(publicPem(TEST_KEYS.es256)) }),
      expect: 'RESULT_SIGNATURE_WRONG',
    },
  ];
}

/** A header that names another algorithm than the key’s. */
function confusedAlgorithms(): VectorCase[] {
  return [
    {
      name: 'RS256 by a published RSA key',
      why: 'A key that the service publishes for something else is no reason to accept its algorithm.',
      jwt: forge({ ...RS256_HEADER, kid: TEST_KEYS.rs256.kid }, CLAIMS, signWith('rs256')),
      expect: 'RESULT_ALGORITHM_REFUSED',
    },
    {
      name: 'RS256 in the header, kid of the ES256 key',
      jwt: forge(RS256_HEADER, CLAIMS, signWith('rs256')),
      expect: 'RESULT_ALGORITHM_REFUSED',
    },
    {
      name: 'ES256 in the header, kid and signature of the RSA key',
      jwt: forge({ ...HEADER, kid: TEST_KEYS.rs256.kid }, CLAIMS, signWith('rs256')),
      expect: 'RESULT_KEY_UNKNOWN',
    },
    {
      name: 'EdDSA in the header, kid and signature of the ES256 key',
      jwt: withHeader({ alg: 'EdDSA' }),
      expect: 'RESULT_ALGORITHM_REFUSED',
    },
    {
      name: 'EdDSA in the header, kid of the ES256 key, signature of the EdDSA key',
      jwt: forge({ ...HEADER, alg: 'EdDSA' }, CLAIMS, eddsa),
      expect: 'RESULT_ALGORITHM_REFUSED',
    },
    {
      name: 'ES256 in the header, kid and signature of the EdDSA key',
      jwt: forge({ ...EDDSA_HEADER, alg: 'ES256' }, CLAIMS, eddsa),
      expect: 'RESULT_ALGORITHM_REFUSED',
    },
    ...['ES384', 'ES512', 'ES256K', 'PS256', 'HS512', 'Ed25519', 'es256', 'ECDH-ES', 'constructor'].map((alg) => ({
      name: `alg ${alg}`,
      jwt: withHeader({ alg }),
      expect: 'RESULT_ALGORITHM_REFUSED',
    })),
    ...[undefined, null, 256, ['ES256'], { ES256: true }].map((alg) => ({
      name: `alg ${JSON.stringify(alg) ?? 'missing'}`,
      jwt: withHeader({ alg }),
      expect: 'RESULT_ALGORITHM_REFUSED',
    })),
  ];
}

/** Signed by another key than the header names, or by one that is for something else. */
function wrongKeys(): VectorCase[] {
  return [
    {
      name: 'kid of the next key, signature of the current one',
      jwt: withHeader({ kid: TEST_KEYS.es256Next.kid }),
      expect: 'RESULT_SIGNATURE_WRONG',
    },
    {
      name: 'ES256 by an unpublished key under a published kid',
      jwt: result({ sign: signWith('attackerEs256') }),
      expect: 'RESULT_SIGNATURE_WRONG',
    },
    {
      name: 'EdDSA by an unpublished key under a published kid',
      jwt: forge(EDDSA_HEADER, CLAIMS, signWith('attackerEddsa')),
      expect: 'RESULT_SIGNATURE_WRONG',
    },
    {
      name: 'signed by a published key that does not say its alg',
      jwt: forge({ ...HEADER, kid: TEST_KEYS.withoutAlg.kid }, CLAIMS, signWith('withoutAlg')),
      expect: 'RESULT_KEY_UNKNOWN',
    },
    {
      name: 'signed by a published key that is for encryption',
      jwt: forge({ ...HEADER, kid: TEST_KEYS.forEncryption.kid }, CLAIMS, signWith('forEncryption')),
      expect: 'RESULT_KEY_UNKNOWN',
    },
  ];
}

/** Signatures whose bytes are not as the algorithm’s standard demands. */
function wrongSpellings(): VectorCase[] {
  const good = result();
  const [header, payload, signature] = good.split('.');
  return [
    { name: 'no signature', jwt: `${header}.${payload}.`, expect: 'RESULT_SIGNATURE_WRONG' },
    {
      name: 'signature cut short',
      jwt: `${header}.${payload}.${signature?.slice(0, 64)}`,
      expect: 'RESULT_SIGNATURE_WRONG',
    },
    { name: 'signature with bytes after it', jwt: `${good}AA`, expect: 'RESULT_SIGNATURE_WRONG' },
    {
      name: 'ES256 signature with a zero byte between r and s',
      jwt: result({ sign: (input) => insertZero(es256(input), 32) }),
      expect: 'RESULT_SIGNATURE_WRONG',
    },
    ...[32, 64].map((at) => ({
      name: `EdDSA signature with a zero byte ${at === 32 ? 'between R and S' : 'after S'}`,
      why: 'S is read from its last byte on, so that to loose readers a zero behind it changes nothing (RFC 8032 5.1.7).',
      jwt: forge(EDDSA_HEADER, CLAIMS, (input) => insertZero(eddsa(input), at)),
      expect: 'RESULT_SIGNATURE_WRONG',
    })),
    {
      name: 'signature of zeros',
      why: 'Accepted by verifiers that do not check the range of r and s (CVE-2022-21449).',
      jwt: result({ sign: () => new Uint8Array(64) }),
      expect: 'RESULT_SIGNATURE_WRONG',
    },
    {
      name: 'signature of r = s = the order of the group',
      jwt: result({ sign: () => joinSignature(ORDER, ORDER) }),
      expect: 'RESULT_SIGNATURE_WRONG',
    },
    {
      name: 'signature in DER',
      jwt: result({ sign: (input) => toDer(es256(input)) }),
      expect: 'RESULT_SIGNATURE_WRONG',
    },
    {
      name: 'signature with s negated',
      why: 'Mathematically as good as the other. This is why a result is used up by its jti and not by its text.',
      jwt: result({ sign: (input) => negate(es256(input)) }),
      expect: 'accept',
    },
    {
      name: 'EdDSA signature with the order added to S',
      why: 'RFC 8032 5.1.7 demands S below the order.',
      jwt: forge(EDDSA_HEADER, CLAIMS, (input) => addOrder(eddsa(input))),
      expect: 'RESULT_SIGNATURE_WRONG',
    },
  ];
}

/** The right signature, of another text. */
function changedParts(): VectorCase[] {
  const [header, payload, signature] = result().split('.');
  const other = withClaims({ sub: 'usr_3zzzzzzzzzz' }).split('.');
  return [
    {
      name: 'payload of another result under this signature',
      jwt: `${header}.${other[1]}.${signature}`,
      expect: 'RESULT_SIGNATURE_WRONG',
    },
    {
      name: 'payload changed after signing',
      jwt: `${header}.${encode({ ...CLAIMS, sub: 'usr_3zzzzzzzzzz' })}.${signature}`,
      expect: 'RESULT_SIGNATURE_WRONG',
    },
    {
      name: 'header changed after signing',
      jwt: `${encode({ ...HEADER, note: 'added' })}.${payload}.${signature}`,
      expect: 'RESULT_SIGNATURE_WRONG',
    },
    {
      name: 'payload taken out (detached)',
      jwt: `${header}..${signature}`,
      expect: 'RESULT_SIGNATURE_WRONG',
    },
  ];
}

function insertZero(signature: Uint8Array, at: number): Uint8Array {
  return Buffer.concat([signature.subarray(0, at), Uint8Array.of(0), signature.subarray(at)]);
}

function negate(signature: Uint8Array): Uint8Array {
  const { r, s } = splitSignature(signature);
  return joinSignature(r, ORDER - s);
}

function toDer(signature: Uint8Array): Uint8Array {
  const integer = (bytes: Uint8Array) => {
    const positive = (bytes[0] ?? 0) > 127 ? Buffer.concat([Uint8Array.of(0), bytes]) : bytes;
    return Buffer.concat([Uint8Array.of(2, positive.length), positive]);
  };
  const body = Buffer.concat([integer(signature.subarray(0, 32)), integer(signature.subarray(32))]);
  return Buffer.concat([Uint8Array.of(0x30, body.length), body]);
}

/** S is the second half, least significant byte first. */
function addOrder(signature: Uint8Array): Uint8Array {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const changed = Buffer.from(signature);
  let rest = order;
  let carry = 0;
  for (let at = 32; at < 64; at++) {
    const sum = (changed[at] ?? 0) + Number(rest & 255n) + carry;
    changed[at] = sum & 255;
    carry = sum >> 8;
    rest >>= 8n;
  }
  return changed;
}
