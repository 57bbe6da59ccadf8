import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type Finding, isFile, listProjectFiles, readProjectFile } from '../project-files.ts';
import { type Markdown, readMarkdown } from './markdown.ts';

const TOP_FOLDERS = 'shared|server|widget|console|demo-site|clients|cli|e2e|bench|docs|tools|\\.ci';
/** A project path in a code span. Placeholders (`<noun>`, `*`, `{a,b}`) are patterns, not claims. */
const PROJECT_PATH = new RegExp(`^(?:${TOP_FOLDERS})/[\\w./-]*$`);

/** Links, anchors, npm scripts and paths named in the Markdown files under `root`. */
export function checkDocuments(root: string): Finding[] {
  const documents = new Map<string, Markdown>();
  for (const path of listProjectFiles(root)) {
    if (path.endsWith('.md')) documents.set(path, readMarkdown(readProjectFile(root, path)));
  }
  const findings: Finding[] = [];
  const scripts = readScripts(root);
  for (const [path, document] of documents) {
    for (const { target, line } of document.links) {
      const problem = linkProblem(root, path, target, documents);
      if (problem !== undefined) findings.push({ path: `${path}:${line}`, problem });
    }
    for (const { text, line, block } of document.code) {
      for (const name of namedScripts(text)) {
        if (!scripts.has(name)) findings.push({ path: `${path}:${line}`, problem: `npm has no script ${name} here` });
      }
      const isPath = !block && PROJECT_PATH.test(text);
      if (isPath && !existsSync(join(root, text))) {
        findings.push({ path: `${path}:${line}`, problem: `${text} does not exist` });
      }
    }
  }
  return findings;
}

/** Pictures that no document shows. A dark one is shown where its light one is. */
export function checkPictures(root: string): Finding[] {
  const paths = listProjectFiles(root);
  const shown = paths
    .filter((path) => /\.md$|^docs\/\.vitepress\/theme\//.test(path))
    .map((path) => readProjectFile(root, path));
  return paths
    .filter((path) => path.startsWith('docs/images/'))
    .filter((path) => {
      const name = posix.basename(path);
      const names = [name, name.replace(/-dark\.png$/, '-light.png'), name.replace(/-light\.png$/, '-dark.png')];
      return !shown.some((text) => names.some((one) => text.includes(`images/${one}`)));
    })
    .map((path) => ({ path, problem: 'no document shows this picture' }));
}

/** Checks that `.ci/run` and the README name the same command to test everything. */
export function checkTestCommand(root: string): Finding[] {
  const command = 'npm ci && npm test';
  const runsIt = (path: string, line: RegExp): Finding[] =>
    isFile(join(root, path)) && line.test(readProjectFile(root, path))
      ? []
      : [{ path, problem: `does not say \`${command}\`, the command that tests everything` }];
  return [...runsIt('.ci/run', /^npm ci && npm test$/m), ...runsIt('README.md', /\bnpm ci && npm test\b/)];
}

function linkProblem(
  root: string,
  from: string,
  target: string,
  documents: ReadonlyMap<string, Markdown>,
): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target) || target.startsWith('//')) return undefined;
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : posix.normalize(posix.join(posix.dirname(from), decodeURI(file)));
  if (path.startsWith('..') || file.startsWith('/')) return `${target} leads out of the project`;
  if (!existsSync(join(root, path))) return `${target} leads nowhere`;
  if (anchor === undefined) return undefined;
  const document = documents.get(path);
  if (document === undefined) return undefined;
  return document.anchors.has(anchor) ? undefined : `${target}: there is no heading for #${anchor}`;
}

function* namedScripts(text: string): Generator<string> {
  for (const match of text.matchAll(/\bnpm run(?:-script)? (?:-s |--silent )?([\w:.-]+)/g)) yield match[1] ?? '';
  for (const match of text.matchAll(/\bnpm (start|test|stop|restart)\b/g)) yield match[1] ?? '';
}

function readScripts(root: string): ReadonlySet<string> {
  if (!isFile(join(root, 'package.json'))) return new Set();
  const manifest = JSON.parse(readProjectFile(root, 'package.json')) as { scripts?: Record<string, string> };
  return new Set(Object.keys(manifest.scripts ?? {}));
}
