import { expect, test } from 'vitest';
import { latestSignIns, verdictOf } from './explained.ts';

const filter = (id: string, passed: boolean) => ({
  check: 'filter',
  id,
  passed,
  country: 'AT',
  address: '203.0.113.1',
});

test('returns the verdict of the requested filter', () => {
  const checks = [{ check: 'plan', passed: true }, filter('flt_a', true), filter('flt_b', false)];
  expect(verdictOf({ checks }, 'flt_a').outcome).toBe('passes');
  expect(verdictOf({ checks }, 'flt_b')).toEqual({
    outcome: 'stopped',
    saw: { country: 'AT', address: '203.0.113.1' },
  });
});

test('reports a filter as not reached if an earlier check refused the user', () => {
  const checks = [{ check: 'resource', passed: false, code: 'RESOURCE_DISABLED' }];
  expect(verdictOf({ checks }, 'flt_a')).toEqual({ outcome: 'notReached', code: 'RESOURCE_DISABLED' });
});

test('lists each user once for each address, the latest first', () => {
  const events = [
    { subject: 'usr_a', address: '1.1.1.1' },
    { subject: 'usr_b', address: '1.1.1.1' },
    { subject: 'usr_a', address: '1.1.1.1' },
    { subject: 'usr_a', address: '2.2.2.2' },
    { subject: 'adm_a', address: '3.3.3.3' },
    { address: '4.4.4.4' },
  ];
  expect(latestSignIns(events, 10)).toEqual([
    { user: 'usr_a', address: '1.1.1.1' },
    { user: 'usr_b', address: '1.1.1.1' },
    { user: 'usr_a', address: '2.2.2.2' },
  ]);
  expect(latestSignIns(events, 1)).toHaveLength(1);
});
