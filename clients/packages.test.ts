import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const { license } = JSON.parse(read('../package.json'));

describe.each(['typescript', 'python', 'php', 'java'])('the package for %s', (folder) => {
  test('holds the license of the project', () => {
    expect(read(`${folder}/LICENSE`)).toBe(read('../LICENSE'));
  });
});

describe('what each package says of its license', () => {
  test('TypeScript and PHP name it, and npm packs the text', () => {
    const manifest = JSON.parse(read('typescript/package.json'));
    expect(manifest).toMatchObject({ license, files: expect.arrayContaining(['LICENSE']) });
    expect(JSON.parse(read('php/composer.json'))).toMatchObject({ license });
  });

  test('Python says it as PEP 639 has it, for a hatchling that reads that, and in no classifier', () => {
    const text = read('python/pyproject.toml');
    expect(text).toMatch(new RegExp(`^license = "${license}"$`, 'm'));
    expect(text).toMatch(/^license-files = \["LICENSE"\]$/m);
    expect(text).not.toMatch(/License ::/);
    expect(Number(/"hatchling>=1\.(\d+)"/.exec(text)?.[1])).toBeGreaterThanOrEqual(27);
  });

  test('Java names it, and puts the text into the jar', () => {
    const pom = read('java/pom.xml');
    expect(pom).toContain(`<name>${license}</name>`);
    expect(pom).toMatch(/<include>LICENSE<\/include>\s*<\/includes>\s*<targetPath>META-INF<\/targetPath>/);
  });
});

test('TypeScript that knows no "exports" finds code and types where "exports" has them', () => {
  const { main, types, exports } = JSON.parse(read('typescript/package.json'));
  expect({ types, default: main }).toEqual(exports['.']);
});
