import fc from 'fast-check';
import { expect, test } from 'vitest';
import { themeOf, variablesOf } from './appearance.ts';

const good = {
  accent: '#0f766e',
  background: '#FFF',
  text: '#000000',
  radius: '24px',
  spacing: '8px',
  font: 'Segoe UI, sans-serif',
};

// SR-30
test('allows only the fixed variables in their formats', () => {
  expect(variablesOf(good)).toEqual(good);
  const bad = {
    accent: ['red', '#ffff', '#ff', '#12345g', 'rgb(0,0,0)', '#fff;', ' #fff', '#fff\n', 'var(--x)', 'url(//evil)'],
    radius: ['25px', '-1px', '1.5px', '99px', '10em', '10', 10, '0x8px'],
    spacing: ['7px', '41px', '-8px', '8', '8em', '8px;'],
    font: ['', 'x;y', 'a"b', "a'b", 'url(x)', 'a\\22', 'a/b', '}</style>', 'x'.repeat(121), ['Inter']],
  };
  for (const [name, values] of Object.entries(bad)) {
    for (const value of values) expect(variablesOf({ ...good, [name]: value })).not.toHaveProperty(name);
  }
  expect(variablesOf({ logo: 'https://evil', __proto__: { accent: '#fff' }, constructor: '#fff' })).toEqual({});
});

test('removes every value that could leave a CSS declaration or name an address', () => {
  const value = fc.oneof(fc.string(), fc.stringMatching(/^[#a-f0-9();:/"'{}]{0,12}$/), fc.anything());
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...Object.keys(good)), value), (given) => {
      for (const left of Object.values(variablesOf(given))) {
        expect(left).toMatch(/^[#\w ,-]{1,120}$/);
        expect(left).not.toMatch(/[;:(){}"'\\/<>@!]/);
      }
    }),
  );
  fc.assert(fc.property(fc.anything(), (given) => void variablesOf(given)));
  expect(variablesOf(null)).toEqual({});
});

test('treats an unknown theme as auto', () => {
  expect(themeOf('contrast')).toBe('contrast');
  fc.assert(
    fc.property(fc.anything(), (given) => {
      fc.pre(!['auto', 'light', 'dark', 'contrast'].includes(given as string));
      expect(themeOf(given)).toBe('auto');
    }),
  );
});
