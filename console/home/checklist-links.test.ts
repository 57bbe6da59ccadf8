import { CHECKLIST } from '@countersign/protocol/checklist';
import { routeAt } from '@countersign/protocol/console-routes';
import { expect, test } from 'vitest';
import { amountText } from './amount-text.ts';
import { checklistLink, isOperators } from './checklist-links.ts';

test('every checklist item links to an existing page, with and without a resource', () => {
  for (const item of CHECKLIST) {
    for (const resource of ['res_01k8dq9z2mp', undefined]) {
      if (isOperators(item)) continue;
      const link = checklistLink(item, resource);
      expect(routeAt(link.replace(/\?.*/, '')), item).toBeDefined();
    }
  }
  expect(checklistLink('allow-origin', 'res_01k8dq9z2mp')).toBe('/console/resources/res_01k8dq9z2mp/settings/where');
  expect(checklistLink('first-login', 'res_01k8dq9z2mp')).toBe('/console/resources/res_01k8dq9z2mp/embed');
});

test('formats amounts by language and currency', () => {
  expect(amountText('en', 123_456, 'EUR')).toBe('€1,234.56');
  expect(amountText('de', 123_456, 'EUR')).toBe('1.234,56\u00a0€');
  expect(amountText('en', 500, 'JPY')).toBe('¥500');
  expect(amountText('en', -5, 'nonsense')).toBe('-0.05 nonsense');
});
