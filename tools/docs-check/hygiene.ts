import { type Finding, listProjectFiles, readProjectFile } from '../project-files.ts';

/** What no file of the project may contain. Written so that these patterns do not match themselves. */
const UNWANTED: readonly [RegExp, string][] = [
  [/(?<![\w.-])\/(?:work|root|home)\/[^\s'"`]*/, 'a path of one machine'],
  [/\b(?:TO[D]O|FIX[M]E)\b/, 'work put off; do it or open an issue'],
  [
    /\b(?:npx|npm (?:i|install|exec)|pip install|composer require)(?: -[-\w]+)* @?countersign(?:[/ ]|$)(?!client:)/,
    "not published, so its name is anyone's to claim; name a file of the release or the checkout",
  ],
  [/URL\.can[P]arse/, 'Node 20 forgets letters such as ü in it once it is compiled; use parseUrl'],
];

/** Finds leftovers: paths of one machine, notes to oneself, packages that are not published. */
export function checkHygiene(root: string): Finding[] {
  const findings: Finding[] = [];
  for (const path of listProjectFiles(root)) {
    const text = readProjectFile(root, path);
    if (text.includes('\0')) continue;
    for (const [index, line] of text.split('\n').entries()) {
      for (const [pattern, problem] of UNWANTED) {
        const found = pattern.exec(line)?.[0];
        if (found !== undefined) findings.push({ path: `${path}:${index + 1}`, problem: `${found}: ${problem}` });
      }
    }
  }
  return findings;
}
