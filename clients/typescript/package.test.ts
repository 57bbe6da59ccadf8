import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { REFUSALS, type RefusalCode } from '@countersign/protocol/codes';
import * as wire from '@countersign/protocol/result';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type * as filter from '../../server/filters/filter.ts';
import type { MethodPolicy } from '../../server/resources/resource.ts';
import type { OtpAlgorithm, TokenKind } from '../../server/tokens/token.ts';
import * as client from './src/index.ts';
import type { OTP_USES } from './src/results/claims.ts';

const ROOT = fileURLToPath(new URL('src', import.meta.url));
const sources = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
);

describe('the library alone says the same as the service', () => {
  test('about results', () => {
    expect(client.RESULT_TYP).toBe(wire.RESULT_TYP);
    expect(client.RESULT_ALGORITHMS).toEqual(wire.RESULT_ALGORITHMS);
    expectTypeOf<client.ResultClaims>().toEqualTypeOf<wire.ResultClaims>();
    expectTypeOf<client.ResultAlgorithm>().toEqualTypeOf<wire.ResultAlgorithm>();
    expectTypeOf<(typeof OTP_USES)[number]>().toEqualTypeOf<wire.OtpUse>();
  });

  test('about refusals', () => {
    expect([...client.SERVER_ERROR_CODES].sort()).toEqual(Object.keys(REFUSALS).sort());
    expectTypeOf<client.ServerErrorCode>().toEqualTypeOf<RefusalCode>();
  });

  test('and uses none of the service’s codes for something of its own', () => {
    const own = [...client.RESULT_ERROR_CODES, ...client.WEBHOOK_ERROR_CODES, ...client.CLIENT_ERROR_CODES];
    expect(own.filter((code) => code in REFUSALS)).toEqual([]);
    expect(new Set(own).size).toBe(own.length);
  });

  test('about filters, methods and tokens', () => {
    expectTypeOf<client.FilterRule>().toEqualTypeOf<filter.FilterRule>();
    expectTypeOf<client.MethodPolicy>().toEqualTypeOf<MethodPolicy>();
    expectTypeOf<client.OtpAlgorithm>().toEqualTypeOf<OtpAlgorithm>();
    expectTypeOf<client.TokenKind>().toEqualTypeOf<TokenKind>();
  });
});

describe('the library stands alone', () => {
  test('its code imports itself and what package.json names', () => {
    const { dependencies } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
    const imported = new Set<string>();
    for (const name of sources) {
      const text = readFileSync(`${ROOT}/${name}`, 'utf8');
      for (const [, from] of text.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)) {
        expect(from).toMatch(/^(\.{1,2}\/[\w./-]+\.ts|[a-z]+)$/);
        expect(from).not.toMatch(/\.\.\/\.\.\//);
        if (from && !from.startsWith('.')) imported.add(from);
      }
    }
    expect(sources.length).toBeGreaterThan(15);
    expect([...imported]).toEqual(['jose']);
    expect(Object.keys(dependencies)).toEqual(['jose']);
  });

  test('its jose is the one that the rest is tested with', () => {
    const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
    expect(read('package.json').dependencies.jose).toBe(read('../../server/package.json').dependencies.jose);
    expect(read('package.json').engines).toEqual(read('../../package.json').engines);
  });
});
