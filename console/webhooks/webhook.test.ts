import { SEND_FAILURES } from '@countersign/protocol/webhooks';
import { expect, test } from 'vitest';
import { validateInput } from '../edit/inputs.ts';
import { nameOf } from './name-of.ts';
import { failureText, formerUntil, inputsOf } from './webhook.ts';

test('every delivery failure has a text', () => {
  for (const failure of SEND_FAILURES) expect(failureText(failure)).not.toBe(failure);
  expect(failureText('constructor')).toBe('constructor');
});

test('a webhook is named by its description, or else by its address', () => {
  expect(nameOf({ url: 'https://hooks.example/a' })).toBe('hooks.example/a');
  expect(nameOf({ url: 'https://hooks.example/a', description: 'Alarm' })).toBe('Alarm');
});

test('the previous secret signs until it expires', () => {
  const secrets = [{ createdAt: 2 }, { createdAt: 1, expiresAt: 10 }];
  expect([formerUntil({ secrets }, 9), formerUntil({ secrets }, 10)]).toEqual([10, undefined]);
});

test('refuses an invalid address, and treats an empty description as none', () => {
  const [url, description] = inputsOf([]);
  if (!url || !description) throw new Error('no inputs');
  expect(validateInput(url, 'https://hooks.example/')).toBeUndefined();
  for (const bad of ['hooks.example', 'javascript:alert(1)', 'ftp://hooks.example/']) {
    expect(validateInput(url, bad)).toMatch(/An address such as/);
  }
  expect(validateInput(description, null)).toBeUndefined();
});
