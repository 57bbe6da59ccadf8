import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { type Finding, isFile, readProjectFile } from '../project-files.ts';
import { declares } from './declares.ts';

const LIST = 'clients/features.json';
const TABLE = 'clients/PARITY.md';
const VECTORS = 'shared/vectors';
/** The order of the columns; other languages follow. */
const ORDER = ['typescript', 'python', 'php', 'java'];
/** The keys of the vectors, which are no vectors. */
const NO_CORPUS = 'test-keys.json';

interface Features {
  groups: { title: string; features: Record<string, string> }[];
}

/** What a library declares in its own `features.json`. Paths are relative to its folder. */
interface Declaration {
  language: string;
  package: string;
  features: Record<string, { in: string; as: string; tested: string }>;
  corpus: Record<string, string>;
}

/** Checks that each library's declaration is true, and that the table agrees. */
export function checkParity(root: string): Finding[] {
  if (!isFile(join(root, LIST))) return [{ path: LIST, problem: 'the list of features is not there' }];
  const { groups } = readJson<Features>(root, LIST);
  const known = new Set(groups.flatMap(({ features }) => Object.keys(features)));
  const findings = librariesUnder(root).flatMap((library) => checkLibrary(root, library, known));
  if (findings.length > 0) return findings;
  const current = isFile(join(root, TABLE)) ? readProjectFile(root, TABLE) : '';
  return current === renderParity(root) ? [] : [{ path: TABLE, problem: 'is not what `npm run parity` writes' }];
}

function checkLibrary(root: string, library: string, known: ReadonlySet<string>): Finding[] {
  const path = `clients/${library}/features.json`;
  if (!isFile(join(root, path))) return [{ path, problem: 'a library says here what it can do' }];
  const { features, corpus } = readJson<Declaration>(root, path);
  const problems: string[] = [];
  const text = (file: string): string | undefined =>
    isFile(join(root, 'clients', library, file)) ? readProjectFile(root, `clients/${library}/${file}`) : undefined;

  for (const [feature, { in: file, as: name, tested }] of Object.entries(features)) {
    const last = name.split('.').at(-1) ?? '';
    const [source, test] = [text(file), text(tested)];
    if (!known.has(feature)) problems.push(`${feature} is not in ${LIST}`);
    if (source === undefined) problems.push(`${feature}: ${file} does not exist`);
    else if (!declares(source, extname(file).slice(1), name)) problems.push(`${feature}: ${file} declares no ${name}`);
    if (test === undefined) problems.push(`${feature}: ${tested} does not exist`);
    else if (!new RegExp(`\\b${last}\\b`).test(test)) problems.push(`${feature}: ${tested} does not try ${last}`);
  }
  // Every library must run the whole corpus: a result that one of them wrongly accepts compromises an account.
  for (const file of corpusFiles(root)) {
    const test = corpus[file];
    if (test === undefined) problems.push(`does not run ${VECTORS}/${file}`);
    else if (!text(test)?.includes(file)) problems.push(`${test} does not run ${VECTORS}/${file}`);
  }
  for (const file of Object.keys(corpus)) {
    if (!corpusFiles(root).includes(file)) problems.push(`${VECTORS}/${file} does not exist`);
  }
  return problems.map((problem) => ({ path, problem }));
}

/** The content of `clients/PARITY.md`. */
export function renderParity(root: string): string {
  const { groups } = readJson<Features>(root, LIST);
  const libraries = librariesUnder(root).map((name) => ({
    name,
    says: readJson<Declaration>(root, `clients/${name}/features.json`),
  }));
  const heads = libraries.map(({ name, says }) => `[${says.language}](${name}/README.md)`);
  const cell = (name: string, target: string | undefined, text: string) =>
    target === undefined ? 'no' : `[${text}](${name}/${target})`;
  const lines = [
    '# What each library can do',
    '',
    'Made by `npm run parity` out of `clients/features.json` and the `features.json` of each library. `npm run check:claims`',
    'fails when this table is not up to date, when something in it is not declared where it says, or when no test tries it.',
  ];
  for (const { title, features } of groups) {
    lines.push('', ...head(title, heads));
    for (const [id, text] of Object.entries(features)) {
      const cells = libraries.map(({ name, says }) => {
        const found = says.features[id];
        return cell(name, found?.in, `\`${found?.as}\``);
      });
      lines.push(row([text, ...cells]));
    }
  }
  lines.push('', ...head('Test vectors', heads));
  for (const file of corpusFiles(root)) {
    const count = `[\`${file}\`](../${VECTORS}/README.md): ${countOf(root, file)} cases`;
    lines.push(row([count, ...libraries.map(({ name, says }) => cell(name, says.corpus[file], 'all'))]));
  }
  return `${lines.join('\n')}\n`;
}

function head(title: string, heads: readonly string[]): string[] {
  return [row([title, ...heads]), `|${' --- |'.repeat(heads.length + 1)}`];
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function countOf(root: string, file: string): number {
  const lists = Object.values(readJson<Record<string, unknown>>(root, `${VECTORS}/${file}`));
  return lists.reduce<number>((sum, list) => sum + (Array.isArray(list) ? list.length : 0), 0);
}

function corpusFiles(root: string): string[] {
  return readdirSync(join(root, VECTORS))
    .filter((name) => name.endsWith('.json') && name !== NO_CORPUS)
    .sort();
}

function librariesUnder(root: string): string[] {
  const place = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return readdirSync(join(root, 'clients'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort((one, other) => place(one) - place(other) || one.localeCompare(other));
}

function readJson<Content>(root: string, path: string): Content {
  return JSON.parse(readProjectFile(root, path));
}
