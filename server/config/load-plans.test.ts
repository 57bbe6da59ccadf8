import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadPlans } from './load-plans.ts';

const folder = mkdtempSync(join(tmpdir(), 'countersign-plans-'));
const file = join(folder, 'plans.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function loading(content: unknown) {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return () => loadPlans(file);
}

test('plans are read as written; a plan without quotas limits nothing', () => {
  const plans = [
    { name: 'Free', monthlyFee: 0 },
    { name: 'Team', monthlyFee: 990, quotas: { users: 20, administrators: 0 } },
  ];
  expect(loading({ currency: 'CHF', plans })()).toEqual({
    currency: 'CHF',
    plans: [
      { name: 'Free', monthlyFee: 0, quotas: {} },
      { name: 'Team', monthlyFee: 990, quotas: { users: 20, administrators: 0 } },
    ],
  });
});

describe('an error names the path of the problem and shows no value', () => {
  const plan = { name: 'Free', monthlyFee: 0 };
  test.each([
    [{ currency: 'eur-SECRET', plans: [plan] }, 'currency must be three capital letters'],
    [{ currency: 'EUR', plans: [{ ...plan, monthlyFee: '12-SECRET' }] }, 'plans.0.monthlyFee must be'],
    [
      { currency: 'EUR', plans: [plan, { ...plan, name: 'B', quotas: { users: -1 } }] },
      'plans.1.quotas.users must not be negative',
    ],
    [{ currency: 'EUR', plans: [{ ...plan, quotas: { user: 1 } }] }, 'plans.0.quotas.user is unknown'],
    [{ currency: 'EUR', plans: [plan, plan] }, 'plans must have different names'],
    [{ currency: 'EUR', plans: [] }, 'plans must not be empty'],
    [{ currency: 'EUR', plans: [{ ...plan, name: 'SECRET\u2028' }] }, 'plans.0.name must be one line'],
    ['{ "currency": SECRET', 'the file is not JSON'],
    [[], 'the whole must be object'],
  ])('%j', (content, message) => {
    const load = loading(content);
    expect(load).toThrow(message);
    expect(load).toThrow(/^(?!.*SECRET)/s);
  });

  test('reports a missing file', () => {
    expect(() => loadPlans(join(folder, 'none.json'))).toThrow('the file cannot be read');
  });
});
