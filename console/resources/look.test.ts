import fc from 'fast-check';
import { expect, test } from 'vitest';
import { appearanceOf, NO_LINKS, orNull, previewOf, USUAL } from './look.ts';

test('is null with the usual values, as the API has it', () => {
  expect(orNull({ ...USUAL }, USUAL)).toBeNull();
  expect(orNull({ ...USUAL, footer: false }, USUAL)).toEqual({ ...USUAL, footer: false });
  expect(appearanceOf({ ...USUAL, accent: '#0a7' })).toEqual({ theme: 'auto', accent: '#0a7', footer: true });
});

test('a preview states every value, so that nothing saved shows through', () => {
  const { variables, ...look } = previewOf({ ...USUAL, radius: '4px' }, NO_LINKS, 'de-AT');
  expect(look).toEqual({ theme: 'auto', locale: 'de-AT' });
  expect(variables).toEqual({
    accent: '',
    background: '',
    text: '',
    radius: '4px',
    spacing: '',
    font: '',
    footer: true,
    links: {},
  });
});

// SR-30
test('a preview has no value and no link that the service would refuse', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (accent, font, help) => {
      const { variables } = previewOf({ ...USUAL, accent, font }, { ...NO_LINKS, help }, 'en');
      const { links, ...rest } = variables as { links: { help?: string } };
      expect(links.help ?? 'https://').toMatch(/^https:\/\//);
      expect(Object.values(rest).join()).not.toMatch(/[;<>(){}"'\\]/);
    }),
  );
});
