import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyLook, contrast } from './appearance.ts';

function applied(look: { theme?: string; variables?: object }, matching: string[] = []) {
  const styles = new Map<string, string>();
  const root = {
    dataset: {} as Record<string, string>,
    style: {
      setProperty: (name: string, value: string) => styles.set(name, value),
      removeProperty: (name: string) => styles.delete(name),
    },
  };
  applyLook(
    { theme: 'auto', locale: '', closable: false, variables: {}, ...look },
    root as unknown as HTMLElement,
    (query) => matching.includes(query),
  );
  return { ...root.dataset, styles: Object.fromEntries(styles) };
}

test('sets tone, contrast and colour scheme by theme; auto follows the system', () => {
  const dark = '(prefers-color-scheme: dark)';
  expect(applied({ theme: 'light' }, [dark])).toMatchObject({ tone: 'light', styles: { 'color-scheme': 'light' } });
  expect(applied({}, [dark])).toMatchObject({
    tone: 'dark',
    contrast: 'normal',
    styles: { 'color-scheme': 'light dark' },
  });
  expect(applied({ theme: 'contrast' })).toMatchObject({ tone: 'light', contrast: 'more' });
  expect(applied({}, ['(prefers-contrast: more)'])).toMatchObject({ contrast: 'more' });
});

test('drops a text colour that is unreadable on the background', () => {
  expect(applied({ variables: { text: '#777777', background: '#888' } }).styles).not.toHaveProperty('--text');
  expect(applied({ variables: { text: '#fff' } }).styles).not.toHaveProperty('--text');
  expect(applied({ variables: { text: '#fff', background: '#222' } })).toMatchObject({
    tone: 'dark',
    styles: { '--text': '#fff', '--card': '#222' },
  });
});

test('keeps every text readable in any colours', () => {
  const colour = fc.integer({ min: 0, max: 0xffffff }).map((number) => `#${number.toString(16).padStart(6, '0')}`);
  fc.assert(
    fc.property(colour, colour, colour, (accent, background, text) => {
      const { styles } = applied({ variables: { accent, background, text } });
      expect(contrast(accent, styles['--on-accent'] ?? '')).toBeGreaterThanOrEqual(4.5);
      if (!styles['--card']) return;
      expect(contrast(styles['--text'] ?? '', styles['--card'])).toBeGreaterThanOrEqual(4.5);
      expect(contrast(styles['--muted'] ?? '', styles['--card'])).toBeGreaterThanOrEqual(4.5);
      const mark = styles['--mark'] === 'var(--text)' ? text : (styles['--mark'] ?? '');
      expect(contrast(mark, background)).toBeGreaterThanOrEqual(3);
    }),
  );
});

test('contrast matches WCAG', () => {
  expect(contrast('#000', '#fff')).toBeCloseTo(21);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});
