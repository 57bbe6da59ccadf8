import { LISTED_FOLDERS, NAMED_DOCUMENTS } from '../../docs/.vitepress/navigation.ts';
import { type Finding, listProjectFiles } from '../project-files.ts';

const NAVIGATION = 'docs/.vitepress/navigation.ts';

/** Every document has an entry in the site's navigation, and every entry a document. */
export function checkNavigation(root: string, named: readonly string[] = NAMED_DOCUMENTS): Finding[] {
  const documents = new Set(listProjectFiles(root).filter((path) => path.endsWith('.md')));
  const isListed = (path: string) => LISTED_FOLDERS.some((folder) => path.startsWith(`${folder}/`));
  const unnamed = [...documents].filter(
    (path) => path.startsWith('docs/') && path !== 'docs/index.md' && !isListed(path) && !named.includes(path),
  );
  return [
    ...unnamed.map((path) => ({ path, problem: `is not in ${NAVIGATION}` })),
    ...named
      .filter((path) => !documents.has(path))
      .map((path) => ({ path: NAVIGATION, problem: `${path} is missing` })),
  ];
}
