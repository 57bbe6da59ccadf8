import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MIGRATION_CODES, OUTCOMES } from '../migrate/report.ts';
import { SKIP_REASONS } from './migration-plan.ts';

const page = readFileSync(new URL('../../docs/moving-from-protectimus.md', import.meta.url), 'utf8');
const [, report = ''] = page.split('## What the report says');
const [outcomes = ''] = report.split('| `code` |');

describe('docs/moving-from-protectimus.md', () => {
  test('explains every outcome of the report, and no other', () => {
    const named = [...outcomes.matchAll(/^\| `([a-z]+)` \|/gm)].map(([, name]) => name);
    expect(named.filter((name) => name !== 'outcome').sort()).toEqual([...OUTCOMES].sort());
  });

  test.each([...SKIP_REASONS, ...MIGRATION_CODES])('explains %s in its section on the report', (code) => {
    expect(report).toContain(`\`${code}\``);
  });
});
