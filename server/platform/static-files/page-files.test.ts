import { describe, expect, test } from 'vitest';
import { filesLoadedWith, pageFiles } from './page-files.ts';

const STYLE = { file: 'assets/style-a.css' };

describe('what a page loads at once', () => {
  test('includes its script, its stylesheet and their static imports, each once', () => {
    const manifest = {
      'style.css': STYLE,
      _shared: { file: 'assets/shared-b.js', imports: ['_deep'] },
      _deep: { file: 'assets/deep-c.js', imports: ['main.tsx'] },
      'later.tsx': { file: 'assets/later-d.js', isDynamicEntry: true, imports: ['_other'] },
      _other: { file: 'assets/other-e.js' },
      'main.tsx': { file: 'assets/main-f.js', isEntry: true, imports: ['_shared', '_deep'] },
    };
    expect(pageFiles(JSON.stringify(manifest))).toEqual({
      script: 'assets/main-f.js',
      style: STYLE.file,
      needs: ['assets/shared-b.js', 'assets/deep-c.js'],
    });
  });

  test('includes dynamic imports on request; a missing chunk is named', () => {
    const manifest = JSON.stringify({
      'later.tsx': { file: 'later-a.js', imports: ['_other'] },
      _other: { file: 'other-b.js' },
    });
    expect(filesLoadedWith(manifest, 'later.tsx')).toEqual(['later-a.js', 'other-b.js']);
    expect(() => filesLoadedWith(manifest, 'gone.tsx')).toThrow('has no gone.tsx');
  });

  test.each([
    ['no script', { 'style.css': STYLE }],
    ['no stylesheet', { main: { file: 'a.js', isEntry: true } }],
    ['two scripts', { 'style.css': STYLE, a: { file: 'a.js', isEntry: true }, b: { file: 'b.js', isEntry: true } }],
  ])('refuses %s as a page', (_what, manifest) => {
    expect(() => pageFiles(JSON.stringify(manifest))).toThrow('exactly one');
  });
});
