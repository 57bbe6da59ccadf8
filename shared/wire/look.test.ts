import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contrast, contrastFlaws, LOOK_PROPERTIES, lookOf, overSaved } from './look.ts';

const drawn = (look: { theme?: string; variables?: object }, isSystemDark = false) =>
  lookOf({ theme: 'auto', ...look }, isSystemDark);

test('sets tone, contrast and colour scheme by theme; auto follows the system', () => {
  expect(drawn({ theme: 'light' }, true)).toMatchObject({ tone: 'light', colorScheme: 'light' });
  expect(drawn({}, true)).toEqual({ tone: 'dark', colorScheme: 'light dark', properties: {} });
  expect(drawn({ theme: 'contrast' })).toMatchObject({ tone: 'light', properties: { '--stroke': '2px' } });
  expect(drawn({ theme: 'contrast' }, true)).toMatchObject({ tone: 'dark', properties: { '--stroke': '2px' } });
});

test('drops a text colour that is unreadable on the background', () => {
  expect(drawn({ variables: { text: '#777777', background: '#888' } }).properties).not.toHaveProperty('--text');
  expect(drawn({ variables: { text: '#fff' } }).properties).not.toHaveProperty('--text');
  expect(drawn({ variables: { text: '#fff', background: '#222' } })).toMatchObject({
    tone: 'dark',
    properties: { '--text': '#fff', '--card': '#222' },
  });
});

test('the theme with more contrast has what the stylesheet has for systems that prefer it', () => {
  const css = readFileSync(new URL('../../widget/frame/styles/card.css', import.meta.url), 'utf8');
  const block = /prefers-contrast: more\) \{\s*:root \{([^}]*)\}/.exec(css)?.[1] ?? '';
  const declared = [...block.matchAll(/(--[\w-]+): ([^;]+);/g)].map(([, name, value = '']) => [
    name,
    value.replaceAll(', ', ','),
  ]);
  expect(drawn({ theme: 'contrast' }).properties).toEqual(Object.fromEntries(declared));
});

test('keeps every text readable in any colours', () => {
  const colour = fc.integer({ min: 0, max: 0xffffff }).map((number) => `#${number.toString(16).padStart(6, '0')}`);
  fc.assert(
    fc.property(colour, colour, colour, (accent, background, text) => {
      const { properties } = drawn({ variables: { accent, background, text } });
      expect(contrast(accent, properties['--on-accent'] ?? '')).toBeGreaterThanOrEqual(4.5);
      if (!properties['--card']) return;
      expect(contrast(properties['--text'] ?? '', properties['--card'])).toBeGreaterThanOrEqual(4.5);
      expect(contrast(properties['--muted'] ?? '', properties['--card'])).toBeGreaterThanOrEqual(4.5);
      const mark = properties['--mark'] === 'var(--text)' ? text : (properties['--mark'] ?? '');
      expect(contrast(mark, background)).toBeGreaterThanOrEqual(3);
    }),
  );
});

// SR-30: the server writes these values into the frame's style.
test('yields known properties only, and no value that could end a declaration', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('#123456', '12px', 'Inter', 'red;}', '</style>', '#fff}'));
  const names = fc.constantFrom('accent', 'background', 'text', 'radius', 'font', '__proto__', '--x');
  fc.assert(
    fc.property(fc.dictionary(names, text), text, (variables, theme) => {
      for (const [name, value] of Object.entries(drawn({ theme, variables }).properties)) {
        expect(LOOK_PROPERTIES).toContain(name);
        expect(value).toMatch(
          /^(?:#[0-9a-f]{3,6}|\d{1,2}px|var\(--[a-z]+(?:,#[0-9a-f]{6})?\)(?: var\(--dark,#[0-9a-f]{6}\))?|[a-z0-9][a-z0-9 ,-]*)$/i,
        );
      }
    }),
  );
});

test('contrast matches WCAG', () => {
  expect(contrast('#000', '#fff')).toBeCloseTo(21);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

test('the options of a page win over what is saved; a page without a theme has the saved one', () => {
  const saved = { theme: 'dark', accent: '#0a7', radius: '4px' } as const;
  const page = { theme: '', variables: { accent: '#123456', radius: '' } };
  expect(lookOf(overSaved(page, saved), false)).toMatchObject({
    tone: 'dark',
    properties: { '--accent': '#123456' },
  });
  expect(lookOf(overSaved(page, saved), false).properties).not.toHaveProperty('--radius');
  expect(lookOf(overSaved({ theme: 'auto', variables: null }, saved), false)).toMatchObject({
    tone: 'light',
    properties: { '--accent': '#0a7', '--radius': '4px' },
  });
});

test('finds colours that differ too little, in each theme', () => {
  expect(contrastFlaws({})).toEqual([]);
  expect(contrastFlaws({ accent: '#2447c8' }).map(({ of, tone }) => [of, tone])).toEqual([['accent', 'dark']]);
  expect(contrastFlaws({ accent: '#2447c8', theme: 'light' })).toEqual([]);
  expect(contrastFlaws({ accent: '#fde68a' }).map(({ tone }) => tone)).toEqual(['light']);
  expect(contrastFlaws({ background: '#ffffff', text: '#999999' })).toMatchObject([
    { of: 'text', tone: 'light', least: 4.5 },
    { of: 'text', tone: 'dark', least: 4.5 },
  ]);
  // The card is mid-grey in both themes, so error messages are hard to read on it.
  expect(contrastFlaws({ background: '#7a7a7a', text: '#000000' })).toMatchObject([{ of: 'error' }]);
});

test('what it does not find is readable in both themes', () => {
  const colour = fc.integer({ min: 0, max: 0xffffff }).map((number) => `#${number.toString(16).padStart(6, '0')}`);
  fc.assert(
    fc.property(colour, colour, colour, fc.boolean(), (accent, background, text, isSystemDark) => {
      const flaws = contrastFlaws({ accent, background, text });
      const { properties } = drawn({ variables: { accent, background, text } }, isSystemDark);
      if (flaws.length === 0) {
        expect(properties['--card']).toBe(background);
        expect(contrast(accent, background)).toBeGreaterThanOrEqual(3);
      }
      if (!properties['--card']) expect(flaws.some(({ of }) => of === 'text')).toBe(true);
    }),
  );
});

test('the colours of errors are those of the stylesheet', () => {
  const css = readFileSync(new URL('../../ui/tokens.css', import.meta.url), 'utf8');
  expect(css).toContain('--error: var(--light, #b3261e) var(--dark, #ffb3ab)');
  expect(css).toContain('--card: var(--light, #ffffff) var(--dark, #14161b)');
});
