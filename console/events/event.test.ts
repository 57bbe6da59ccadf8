import { expect, test } from 'vitest';
import { EVENT_TYPES } from '../../server/kernel/event.ts';
import { isId, objectPath, queryOf, readEventFilters } from './event.ts';
import { reasonText, TYPES, typeText } from './i18n.ts';

test('every type of event has a text', () => {
  expect([...TYPES].sort()).toEqual([...EVENT_TYPES].sort());
  expect(typeText('plan.lapsed')).toBe('Plan lapsed');
});

test('shows an unknown type of event as it is', () => {
  expect(typeText('constructor')).toBe('constructor');
  expect(reasonText('__proto__')).toBe('__proto__');
});

test('reads the filters of the API from the address, and writes them the same way', () => {
  const text = 'type=authentication&outcome=refused&subject=usr_01k8dq9z2mp&from=1700000000000';
  expect(queryOf(readEventFilters(new URLSearchParams(text)))).toBe(text);
  const bad = new URLSearchParams({ type: '<b>', outcome: 'x', subject: 'usr_!', from: '-1', other: '1' });
  expect(readEventFilters(bad)).toEqual({});
});

test('links ids to the pages that show them', () => {
  expect(objectPath('res_01k8dq9z2mp')).toBe('/console/resources/res_01k8dq9z2mp');
  expect(objectPath('acc_01k8dq9z2mp')).toBeUndefined();
  expect(objectPath('res_!')).toBeUndefined();
  expect([isId('usr_01k8dq9z2mp'), isId('usr_01k8dq9z2m')]).toEqual([true, false]);
});
