import { type Finding, listProjectFiles, readProjectFile } from '../project-files.ts';
import { readMarkdown } from './markdown.ts';

const FOLDER = 'docs/decisions/';
const INDEX = `${FOLDER}README.md`;
const PARTS = ['Context', 'Decision', 'Consequences'];
/** About a page. */
const MAX_LINES = 60;
const STATUS = /^Status: (?:accepted|superseded by (\d{4}))$/;
const SOURCE = /\.(?:ts|tsx|cjs|lua|css|py|php|java)$/;

/** Decision records have a unique number, a title, a status, three parts, at most a page, and a line in the index. */
export function checkDecisions(root: string): Finding[] {
  const files = listProjectFiles(root);
  const paths = files.filter((path) => path.startsWith(FOLDER) && path !== INDEX);
  if (paths.length === 0) return [{ path: FOLDER, problem: 'no decision is recorded' }];
  const index = files.includes(INDEX) ? readProjectFile(root, INDEX).split('\n') : [];
  const names = new Map<string, string>();
  const findings: Finding[] = [];
  for (const path of paths) {
    const name = path.slice(FOLDER.length);
    const number = /^(\d{4})-[a-z0-9]+(?:-[a-z0-9]+)*\.md$/.exec(name)?.[1];
    const earlier = number === undefined ? undefined : names.get(number);
    if (number === undefined) findings.push({ path, problem: 'a record is called NNNN-title-in-lower-case.md' });
    else if (earlier === undefined) names.set(number, name);
    else findings.push({ path, problem: `number ${number} is taken by ${earlier}` });
  }
  for (const [number, name] of names) {
    const path = FOLDER + name;
    const problems = recordProblems(number, name, readProjectFile(root, path), index, names);
    findings.push(...problems.map((problem) => ({ path, problem })));
  }
  return [...findings, ...checkMentions(root, files, names)];
}

function recordProblems(
  number: string,
  name: string,
  text: string,
  index: readonly string[],
  names: ReadonlyMap<string, string>,
): string[] {
  const problems: string[] = [];
  const lines = text.trimEnd().split('\n');
  const title = /^# (\d+)\. (\S.*)$/.exec(lines[0] ?? '');
  if (title === null) problems.push('starts without a title such as "# 1. A title"');
  else if (Number(title[1]) !== Number(number)) problems.push(`the title has the number ${title[1]}`);
  else if (!index.includes(`- [${number}](${name}) ${title[2]}`)) problems.push(`is not in ${INDEX} by its title`);
  const status = STATUS.exec(lines[2] ?? '');
  if (status === null) problems.push('has no status below the title: accepted, or superseded by NNNN');
  else if (status[1] !== undefined && !names.has(status[1])) problems.push(`there is no decision ${status[1]}`);
  const parts = readMarkdown(text).headings.filter((heading) => heading.depth === 2);
  const found = parts.map((heading) => heading.text).join(', ');
  if (found !== PARTS.join(', ')) problems.push(`has the parts ${found || 'none'}, not ${PARTS.join(', ')}`);
  if (lines.length > MAX_LINES) problems.push(`${lines.length} lines; a record is at most ${MAX_LINES}`);
  return problems;
}

/** Comments refer only to existing decisions. */
function checkMentions(root: string, files: readonly string[], names: ReadonlyMap<string, string>): Finding[] {
  return files
    .filter((path) => SOURCE.test(path))
    .flatMap((path) =>
      [...readProjectFile(root, path).matchAll(/\bdecision (\d{1,4})\b/g)]
        .map(([, number = '']) => number.padStart(4, '0'))
        .filter((number) => !names.has(number))
        .map((number) => ({ path, problem: `there is no decision ${number}` })),
    );
}
