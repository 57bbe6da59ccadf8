import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CHECKLIST } from '../../shared/wire/checklist.ts';
import { placeAt } from '../../shared/wire/console-places.ts';
import { amountText } from './amount-text.ts';
import { commandFor, placeFor, quoted, type Setting } from './instructions.ts';

const SETTING: Setting = { account: 'acc_01k8dq9z2mp', plan: 'Free' };
const RESOURCE = 'res_01k8dq9z2mp';

test('every item of the checklist is done at a place that there is, or by a command in the account of whoever reads it', () => {
  for (const item of CHECKLIST) {
    const place = placeFor(item, RESOURCE);
    const command = commandFor(item, SETTING);
    expect([place, command].filter((one) => one === undefined)).toHaveLength(1);
    if (place === undefined) expect(command).toContain('acc_01k8dq9z2mp');
    else expect(placeAt(place)).toBeDefined();
    const before = placeFor(item, undefined);
    if (before !== undefined) expect(placeAt(before)).toBeDefined();
  }
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
