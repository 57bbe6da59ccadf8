import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contrastOf, DEFAULT, lookOf, optionsText } from './look.ts';

test('writes nothing for the default look', () => {
  expect(optionsText(lookOf(DEFAULT))).toBe('');
});

test('writes the chosen look', () => {
  const tried = { ...DEFAULT, theme: 'dark', locale: 'de', accent: '#0a7', radius: '4px', font: 'Inter, sans-serif' };
  expect(optionsText(lookOf(tried))).toBe(
    "theme: 'dark',\nlocale: 'de',\nvariables: { accent: '#0a7', radius: '4px', font: 'Inter, sans-serif' },",
  );
});

test('leaves out what the widget would refuse, and nothing ends the surrounding string', () => {
  fc.assert(
    fc.property(
      fc.record({ theme: fc.string(), locale: fc.string(), accent: fc.string(), font: fc.string() }),
      (some) => {
        const text = optionsText(lookOf({ ...DEFAULT, ...some }));
        expect(text.replace(/'[A-Za-z0-9#, -]*'/g, '')).toMatch(/^[a-z:,{}\s]*$/);
      },
    ),
  );
});

test('contrast matches WCAG', () => {
  expect(contrastOf('#ffffff', '#000')).toBeCloseTo(21, 5);
  expect(contrastOf('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  expect(contrastOf('#2447c8', '#2447c8')).toBe(1);
});
