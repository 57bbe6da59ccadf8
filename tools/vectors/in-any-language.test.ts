import { hash, timingSafeEqual } from 'node:crypto';
import { compactVerify, importJWK, type JWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { isSafeEd25519Point } from '../../clients/typescript/src/results/ed25519-point.ts';
import { readDocument } from '../../docs/testing/code-blocks.ts';
import nonces from '../../shared/vectors/nonces.json' with { type: 'json' };
import results from '../../shared/vectors/results.json' with { type: 'json' };

interface Setup {
  issuer: string;
  resource: string;
  nonce: string | null;
  now: number;
  clockToleranceS: number;
  maxLifetimeS: number;
  algorithms: string[];
  origin?: string;
  app?: boolean;
  requireOtp?: boolean;
  acr?: string;
  maxAgeMs?: number;
  transaction?: string | { label: string; value: string }[];
  acceptTest?: boolean;
}

interface Case {
  name: string;
  jwt: string | { prefix: string; repeat: string; times: number; suffix: string };
  expect: string;
  options?: Partial<Setup>;
}

/** A result as a JOSE library shows it. */
interface Shown {
  jwt: string;
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  setup: Setup;
  published: JWK[];
}

const REFUSED_PARAMETERS = ['jwk', 'jku', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'crit', 'b64', 'enc', 'zip', 'cty'];

/** The steps of the page, in its words, and what a developer writes for each with a JOSE library and nothing else. */
const STEPS: { says: string; holds: (shown: Shown) => boolean | Promise<boolean> }[] = [
  {
    says: 'At most 8192 characters: three parts of base64url without padding. Decoded and encoded again, they are the same.',
    holds: ({ jwt }) => {
      const parts = jwt.length <= 8192 ? jwt.split('.') : [];
      return parts.length === 3 && parts.every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);
    },
  },
  {
    says: '`typ` is exactly `countersign-result+jwt`. `alg` is `ES256` (or `EdDSA`, if your installation uses it), fixed in your code.',
    holds: ({ header, setup }) =>
      header.typ === 'countersign-result+jwt' && setup.algorithms.some((alg) => alg === header.alg),
  },
  {
    says: 'No `jwk`, `jku`, `x5u`, `x5c`, `x5t`, `x5t#S256`, `crit`, `b64`, `enc`, `zip`, `cty` in the header.',
    holds: ({ header }) => REFUSED_PARAMETERS.every((name) => !Object.hasOwn(header, name)),
  },
  {
    says: '`kid` names a key in `https://auth.example/.well-known/jwks.json`, whose own `alg` matches and whose `use` is `sig`. Cache it for ten minutes; on an unknown `kid` fetch again, at most every 30 s.',
    holds: ({ header, published }) => {
      const key = keyOf(header, published);
      return key?.alg === header.alg && key?.use === 'sig';
    },
  },
  {
    says: 'The signature is right. Refuse Ed25519 keys of small order.',
    holds: ({ jwt, header, published }) => isSigned(jwt, keyOf(header, published), String(header.alg)),
  },
  {
    says: "`iss` is your service's URL; `aud` is your resource, one string.",
    holds: ({ claims, setup }) => claims.iss === setup.issuer && claims.aud === setup.resource,
  },
  {
    says: '`exp` and `iat` are integers, `exp - iat` is 1 to 300, `now < exp + 30`, `iat <= now + 30`. So is `nbf`, if there is one: `nbf <= now + 30`.',
    holds: ({ claims: { exp, iat, nbf = iat }, setup: { now, clockToleranceS, maxLifetimeS } }) =>
      isInteger(exp) &&
      isInteger(iat) &&
      isInteger(nbf) &&
      exp - iat >= 1 &&
      exp - iat <= maxLifetimeS &&
      now < exp + clockToleranceS &&
      Math.max(iat, nbf) <= now + clockToleranceS,
  },
  {
    says: "`nonce` equals the session's (constant time), which has 16 to 256 of `A-Z a-z 0-9 . _ ~ -` and which you deleted before.",
    holds: ({ claims, setup: { nonce } }) =>
      typeof claims.nonce === 'string' &&
      /^[A-Za-z0-9._~-]{16,256}$/.test(nonce ?? '') &&
      isSame(claims.nonce, nonce ?? ''),
  },
  {
    says: '`origin` is your page, and there is no `app`. For a native app: `app` is `true`.',
    holds: ({ claims, setup }) =>
      (setup.app ? claims.app === true : !('app' in claims)) &&
      (setup.origin === undefined || claims.origin === setup.origin),
  },
  {
    says: 'There is no `txn`. For a transaction: `txn` is the hash that you expect.',
    holds: ({ claims, setup: { transaction } }) =>
      transaction === undefined ? !('txn' in claims) : claims.txn === hashOf(transaction),
  },
  {
    says: 'What you require: a code (`otp` is `verified`), two factors (`acr` is `"2"`), recent ones (`auth_time`).',
    holds: ({ claims: { otp, acr, auth_time }, setup: { requireOtp, now, clockToleranceS, ...required } }) =>
      (requireOtp !== true || otp === 'verified') &&
      (required.acr !== '2' || acr === '2') &&
      (required.maxAgeMs === undefined || (now - Number(auth_time) - clockToleranceS) * 1000 <= required.maxAgeMs),
  },
];

const keyOf = ({ kid }: Record<string, unknown>, published: JWK[]) => published.find((key) => key.kid === kid);
const isInteger = (value: unknown): value is number => Number.isInteger(value);

async function isSigned(jwt: string, key: JWK | undefined, algorithm: string): Promise<boolean> {
  if (key?.crv === 'Ed25519' && !isSafeEd25519Point(String(key.x))) return false;
  return compactVerify(jwt, await importJWK(key ?? {}), { algorithms: [algorithm] }).then(
    () => true,
    () => false,
  );
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length > 0 && a.length === b.length && timingSafeEqual(a, b);
}

function hashOf(transaction: string | { label: string; value: string }[]): string {
  if (typeof transaction === 'string') return transaction;
  const text = ['countersign-transaction-1', ...transaction.map(({ label, value }) => [label, value])];
  return hash('sha256', JSON.stringify(text), 'hex');
}

/** What a JOSE library shows, or nothing if it cannot read it. */
function show(jwt: string): Pick<Shown, 'header' | 'claims'> | undefined {
  try {
    const [header, claims] = jwt.split('.', 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
    return typeof header === 'object' && typeof claims === 'object' && header && claims
      ? { header, claims }
      : undefined;
  } catch {
    return undefined;
  }
}

const CORPORA = [results, nonces].map(({ defaults, jwks, cases }) => ({
  defaults: { ...defaults, nonce: defaults.nonce as string | null } satisfies Setup,
  published: jwks.keys satisfies JWK[],
  cases: cases satisfies Case[] as Case[],
}));
// A verifier that follows the page knows of no tests: it refuses their `typ`.
const CASES = CORPORA.flatMap((corpus) =>
  corpus.cases.filter(({ options }) => options?.acceptTest !== true).map((one) => ({ ...one, corpus })),
);

function shownOf({ jwt: given, options, corpus }: (typeof CASES)[number]): Shown {
  const jwt = typeof given === 'string' ? given : given.prefix + given.repeat.repeat(given.times) + given.suffix;
  return {
    header: {},
    claims: {},
    ...show(jwt),
    jwt,
    setup: { ...corpus.defaults, ...options },
    published: corpus.published,
  };
}

/** The number of the step that refuses a case, or `accept`. */
async function follow(one: (typeof CASES)[number]): Promise<number | 'accept'> {
  const shown = shownOf(one);
  for (const [index, { holds }] of STEPS.entries()) if (!(await holds(shown))) return index + 1;
  return 'accept';
}

describe('the steps for other languages', () => {
  test('are these', () => {
    const page = readDocument('docs/backend-developers.md');
    const [, section = ''] = page.split('## In any language\n');
    const steps = section.split(/^\d+\. /m).slice(1);
    expect(steps.map((step) => step.split('\n\n')[0]?.replaceAll(/\s+/g, ' ').trim())).toEqual(
      STEPS.map(({ says }) => says),
    );
  });

  // The attack: each hostile result, sent to a site in a language without a library.
  const steps = STEPS.map((_, index) => index + 1);
  test.each(CASES.map((one) => [one.name, one] as const))('SR-9, SR-80: %s', async (_, one) => {
    const verdict = await follow(one);
    if (one.expect === 'accept') expect(verdict).toBe('accept');
    // What the steps leave, as the page says, needs the signature of the service, which the fifth step has checked.
    else if (verdict === 'accept') expect(['RESULT_MALFORMED', 'RESULT_CLAIMS_INVALID']).toContain(one.expect);
  });

  test('are all needed', async () => {
    const verdicts = await Promise.all(CASES.map(follow));
    expect([...new Set(verdicts)].sort()).toEqual(['accept', ...steps].sort());
    expect(verdicts.filter((verdict) => verdict !== 'accept').length).toBeGreaterThan(350);
  });
});
