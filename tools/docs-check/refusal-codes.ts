import { type Finding, listProjectFiles, readProjectFile } from '../project-files.ts';

const TABLE = 'shared/wire/codes.ts';

/** Checks that the server returns every code of the table, or a document explains it. */
export function checkRefusalCodes(root: string): Finding[] {
  const codes = [...readProjectFile(root, TABLE).matchAll(/^ {2}([A-Z][A-Z0-9_]*): \{/gm)].map(
    (match) => match[1] ?? '',
  );
  if (codes.length === 0) return [{ path: TABLE, problem: 'no code was found in it' }];
  const mentioned = new Set<string>();
  for (const path of listProjectFiles(root)) {
    const source = /^server\/.*\.ts$/.test(path) && !path.endsWith('.test.ts') && !path.includes('/testing/');
    if (!source && !/^docs\/.*\.md$/.test(path)) continue;
    for (const word of readProjectFile(root, path).match(/\b[A-Z][A-Z0-9_]*\b/g) ?? []) mentioned.add(word);
  }
  return codes
    .filter((code) => !mentioned.has(code))
    .map((code) => ({ path: TABLE, problem: `${code} is neither used by the server nor documented` }));
}
