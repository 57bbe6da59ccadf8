import { type Finding, listProjectFiles, readProjectFile } from '../project-files.ts';

const LIST = 'docs/security-requirements.md';

/** Each requirement with the test files that name it, in the order of the list. */
type Requirements = ReadonlyMap<string, readonly string[]>;

export function readRequirements(root: string): Requirements {
  const paths = listProjectFiles(root);
  const named = new Map<string, string[]>();
  const promised = paths.includes(LIST) ? readProjectFile(root, LIST).matchAll(/^- \*\*(SR-\d+)\*\*:/gm) : [];
  for (const row of promised) named.set(row[1] ?? '', []);
  for (const path of paths.filter(isTest)) {
    for (const id of namedIn(root, path)) named.get(id)?.push(path);
  }
  return named;
}

/** Checks that a test names every requirement. */
export function checkRequirements(requirements: Requirements): Finding[] {
  if (requirements.size === 0) return [{ path: LIST, problem: 'promises nothing' }];
  return [...requirements]
    .filter(([, tests]) => tests.length === 0)
    .map(([id]) => ({ path: LIST, problem: `no test names ${id}` }));
}

/** Checks that tests name only requirements of the list: one that is not there can mean anything. */
export function checkUnlistedRequirements(root: string, requirements: Requirements): Finding[] {
  return listProjectFiles(root)
    .filter(isTest)
    .flatMap((path) =>
      [...namedIn(root, path)]
        .filter((id) => !requirements.has(id))
        .map((id) => ({ path, problem: `names ${id}, which is not in ${LIST}` })),
    );
}

/** Checks that a section names a requirement once: a merge can leave an old wording beside a new one. */
export function checkRepeatedRequirements(root: string): Finding[] {
  return readProjectFile(root, LIST)
    .split(/^## /m)
    .flatMap((section) => {
      const ids = [...section.matchAll(/^- \*\*(SR-\d+)\*\*:/gm)].map(([, id = '']) => id);
      const repeated = new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
      return [...repeated].map((id) => ({ path: LIST, problem: `one section has ${id} twice` }));
    });
}

/** One line per requirement: its number and the tests that name it. */
export function requirementsTable(requirements: Requirements): string {
  return [...requirements].map(([id, tests]) => id.padEnd(7) + (tests.join(', ') || '-')).join('\n');
}

function namedIn(root: string, path: string): ReadonlySet<string> {
  return new Set(readProjectFile(root, path).match(/\bSR-\d+\b/g) ?? []);
}

/** The check's own tests mention requirements without testing any. */
function isTest(path: string): boolean {
  return (/\.test\.tsx?$/.test(path) || path.startsWith('e2e/')) && !path.startsWith('tools/docs-check/');
}
