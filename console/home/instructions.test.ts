import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHECKLIST } from '../../shared/wire/checklist.ts';
import { amountText } from './amount-text.ts';
import { commandFor, quoted, type Setting } from './instructions.ts';

const SETTING: Setting = { origin: 'https://auth.example', account: 'acc_01k8dq9z2mp', plan: 'Free' };

test('every item of the checklist says how it is done, in the account of whoever reads it', () => {
  for (const item of CHECKLIST.filter((one) => one !== 'first-login')) {
    expect(commandFor(item, SETTING)).toContain('acc_01k8dq9z2mp');
  }
  expect(commandFor('first-login', SETTING)).toContain('https://auth.example/widget/v1/countersign.js');
  expect(commandFor('activate-plan', { ...SETTING, plan: undefined })).toBeUndefined();
});

// SR-30. The attack: an operator's plan, or whoever names one, writes a command that somebody else pastes into a shell.
test('SR-30: a name in a command is one word for the shell, whatever is in it', () => {
  for (const text of [`'; touch /tmp/x; '`, '$(id)', '`id`', '\\', '\n', `"'"'"`, '']) {
    const echoed = execFileSync('sh', ['-c', `printf %s ${quoted(text)}`]).toString();
    expect(echoed).toBe(text);
  }
  fc.assert(
    fc.property(
      fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\0', '')),
      (plan) => {
        const command = commandFor('activate-plan', { ...SETTING, plan }) ?? '';
        const words = execFileSync('sh', ['-c', command.replace(/^countersign/, "printf '%s\\0'")]);
        expect(words.toString().split('\0')).toEqual([
          '--account',
          SETTING.account,
          'plan',
          'choose',
          '--name',
          plan,
          '',
        ]);
      },
    ),
    { numRuns: 30 },
  );
});

test('amounts are written as the language and the currency have it', () => {
  expect(amountText('en', 123_456, 'EUR')).toBe('€1,234.56');
  expect(amountText('de', 123_456, 'EUR')).toBe('1.234,56\u00a0€');
  expect(amountText('en', 500, 'JPY')).toBe('¥500');
  expect(amountText('en', -5, 'nonsense')).toBe('-0.05 nonsense');
});
