import { type Finding, readProjectFile } from '../project-files.ts';
import { textKeysPage } from '../text-keys/page.ts';

const PAGE = 'docs/text-keys.md';

/** Checks that the page of text keys has the texts of today. */
export function checkTextKeys(root: string): Finding[] {
  return readProjectFile(root, PAGE) === textKeysPage() ? [] : [{ path: PAGE, problem: 'is old: npm run docs:texts' }];
}
