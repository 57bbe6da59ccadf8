import { type Finding, listProjectFiles, readProjectFile } from '../project-files.ts';
import { readMarkdown } from './markdown.ts';

const FOLDER = 'docs/decisions/';
const INDEX = `${FOLDER}README.md`;
const PARTS = ['Context', 'Decision', 'Consequences'];
/** About a page. */
const MAX_LINES = 60;

/** The decision records: numbered once each, in three parts, a page long, and all in the index. */
export function checkDecisions(root: string): Finding[] {
  const paths = listProjectFiles(root).filter((path) => path.startsWith(FOLDER) && path !== INDEX);
  const findings: Finding[] = [];
  const numbers = new Map<string, string>();
  const index = listProjectFiles(root).includes(INDEX) ? readMarkdown(readProjectFile(root, INDEX)).links : [];
  for (const path of paths) {
    const say = (problem: string): number => findings.push({ path, problem });
    const name = path.slice(FOLDER.length);
    const number = /^(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.md$/.exec(name)?.[1];
    if (number === undefined) {
      say('a record is called NNNN-title-in-lower-case.md');
      continue;
    }
    const earlier = numbers.get(number);
    if (earlier !== undefined) say(`number ${number} is taken by ${earlier}`);
    numbers.set(number, name);
    const text = readProjectFile(root, path);
    const { headings } = readMarkdown(text);
    if (headings[0]?.depth !== 1) say('starts without a title');
    const parts = headings.filter((heading) => heading.depth === 2).map((heading) => heading.text);
    if (parts.join() !== PARTS.join()) say(`has the parts ${parts.join(', ') || 'none'}, not ${PARTS.join(', ')}`);
    const lines = text.trimEnd().split('\n').length;
    if (lines > MAX_LINES) say(`${lines} lines; a record is at most ${MAX_LINES}`);
    if (!index.some((link) => link.target === name)) say(`is not in ${INDEX}`);
  }
  if (paths.length === 0) findings.push({ path: FOLDER, problem: 'no decision is recorded' });
  return findings;
}
