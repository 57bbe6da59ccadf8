import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contrast, LOOK_PROPERTIES, lookOf } from './look.ts';

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
