import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { REFUSALS } from '@countersign/protocol/codes';
import type { MethodPolicy } from '@countersign/protocol/resources';
import type { OtpAlgorithm, TokenKind } from '@countersign/protocol/tokens';
import { describe, expect, expectTypeOf, test } from 'vitest';
import type * as filter from '../../server/resources/filters/filter.ts';
import { packageName } from '../../tools/boundaries/packages.ts';
import * as client from './src/index.ts';

const ROOT = fileURLToPath(new URL('src', import.meta.url));
const sources = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
);

describe('the library and the service agree', () => {
  test('gives no error of its own a code of the service', () => {
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
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(new URL('package.json', import.meta.url), 'utf8'),
    );
    const imported = new Set<string>();
    for (const name of sources) {
      const text = readFileSync(`${ROOT}/${name}`, 'utf8');
      for (const [, from] of text.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)) {
        expect(from).toMatch(/^(\.{1,2}\/[\w./-]+\.ts|[a-z]+|@countersign\/protocol\/[\w-]+)$/);
        expect(from).not.toMatch(/\.\.\/\.\.\//);
        if (from && !from.startsWith('.')) imported.add(packageName(from));
      }
    }
    expect(sources.length).toBeGreaterThan(15);
    expect([...imported].sort()).toEqual(['@countersign/protocol', 'jose']);
    // The protocol is in the bundle.
    expect(Object.keys(dependencies)).toEqual(['jose']);
    expect(Object.keys(devDependencies)).toEqual(['@countersign/protocol']);
  });

  test('its jose is the one that the rest is tested with', () => {
    const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
    expect(read('package.json').dependencies.jose).toBe(read('../../server/package.json').dependencies.jose);
    expect(read('package.json').engines).toEqual(read('../../package.json').engines);
  });
});
