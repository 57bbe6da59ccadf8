import { RESULT_ALGORITHMS } from '@countersign/protocol/result';
import { base64url, CompactSign, compactVerify, errors } from 'jose';
import { z } from 'zod';
import { AUDIT_TYP } from '../../events/log/segment.ts';
import { type AuditReport, type Expectations, type OpenStatement, verifyChain } from '../../events/log/verify-chain.ts';
import type { AuditStatement } from '../../kernel/audit-statement.ts';
import type { AccountId } from '../../kernel/ids.ts';
import type { PublicJwk } from '../../kernel/ports/signer.ts';
import type { SigningKey } from './signing-key.ts';

const MAX_JWS_LENGTH = 4096;
const account = z.custom<AccountId>((value) => typeof value === 'string');
const number = z.number().int().nonnegative();
const issuer = z.string();
const hash = z.string();
const statementSchema = z.discriminatedUnion('kind', [
  z.strictObject({ iss: issuer, kind: z.literal('segment'), account, number, hash }),
  z.strictObject({
    iss: issuer,
    kind: z.literal('head'),
    account,
    first: number,
    previous: hash,
    last: number,
    hash,
    at: number,
  }),
]);

/** Signs a statement and its issuer as a compact JWS (RFC 7515). */
export function signStatement(
  statement: AuditStatement,
  iss: string,
  { publicJwk: { alg, kid }, privateKey }: SigningKey,
): Promise<string> {
  const payload = new TextEncoder().encode(JSON.stringify({ iss, ...statement }));
  return new CompactSign(payload).setProtectedHeader({ alg, kid, typ: AUDIT_TYP }).sign(privateKey);
}

/**
 * Verifies statements with published keys (a JWK set's `keys`, or those of several sets). As with results, the key that
 * `kid` names determines the algorithm, and only our own spelling is accepted, since base64url has spare bits.
 */
export function statementOpener(keys: readonly PublicJwk[], expected: { issuer?: string } = {}): OpenStatement {
  const usable = keys.filter(({ alg }) => (RESULT_ALGORITHMS as readonly string[]).includes(alg));
  const published = new Map(usable.map((jwk) => [jwk.kid, { ...jwk }]));

  return async (jws) => {
    const parts = jws.split('.');
    if (jws.length > MAX_JWS_LENGTH || parts.length !== 3) return undefined;
    try {
      if (parts.some((part) => base64url.encode(base64url.decode(part)) !== part)) return undefined;
      const { payload, protectedHeader } = await compactVerify(jws, async ({ alg, kid, typ, ...others }) => {
        const found = published.get(String(kid));
        if (!found || alg !== found.alg || typ !== AUDIT_TYP || Object.keys(others).length > 0) {
          throw new errors.JWSInvalid('not the header of a statement');
        }
        return found;
      });
      if (protectedHeader.typ !== AUDIT_TYP) return undefined;
      const parsed = statementSchema.safeParse(JSON.parse(new TextDecoder().decode(payload)));
      if (!parsed.success) return undefined;
      const { iss, ...statement } = parsed.data;
      return expected.issuer === undefined || iss === expected.issuer ? statement : undefined;
    } catch {
      // A statement that cannot be parsed or verified is not signed.
      return undefined;
    }
  };
}

/**
 * Verifies an export (JSON Lines, as {@link splitLines} splits it) offline with the published keys. Reports each
 * problem and its line, see {@link AuditReport}.
 */
export function verifyAuditExport(
  lines: AsyncIterable<string> | Iterable<string>,
  keys: readonly PublicJwk[],
  expected: Expectations & { issuer?: string } = {},
): Promise<AuditReport> {
  return verifyChain(lines, statementOpener(keys, expected), expected);
}
