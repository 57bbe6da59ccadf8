import { parseSync } from 'oxc-parser';
import { type Finding, listProjectFiles, readProjectFile } from '../project-files.ts';

/** Words that the project does not use, and what it says instead. */
const BANNED: Readonly<Record<string, string>> = {
  whoever: '"the user", "if you …"',
  somebody: '"a user", "someone"',
  nobody: '"no user", "no one"',
  anybody: '"any user", "anyone"',
  whence: '"from where", "client"',
  anew: '"again"',
};
const PATTERN = new RegExp(`\\b(?:${Object.keys(BANNED).join('|')})\\b`, 'gi');
/** Also of `test.each(rows)('title', …)`, which ends a call. */
const TITLE = /(?:\b(?:describe|test|it)(?:\.\w+)*|\))\(\s*(?:'([^'\n]*)'|"([^"\n]*)"|`([^`\n]*)`)/g;
/** The libraries in other languages, whose comments are their reference. */
const LIBRARIES = /^clients\/(?:python|php|java(?:\/servlet)?)\/src\/(?!test\/)/;
const COMMENT_LINE = /^\s*(?:\*|\/[/*])/;
/** The English messages, which users read. */
const MESSAGES = /^ui\/i18n\/locales\/en\/.*\.json$/;

/** Finds banned words in comments, test titles, documents and English messages. Code may use them as data. */
export function checkLanguage(root: string): Finding[] {
  return listProjectFiles(root).flatMap((path) =>
    proseOf(path, () => readProjectFile(root, path)).flatMap(({ text, line }) =>
      (text.match(PATTERN) ?? []).map((word) => ({
        path: `${path}:${line}`,
        problem: `"${word}": write ${BANNED[word.toLowerCase()]}`,
      })),
    ),
  );
}

interface Prose {
  readonly text: string;
  readonly line: number;
}

function proseOf(path: string, read: () => string): Prose[] {
  if (/\.tsx?$/.test(path)) return proseOfCode(path, read());
  if (path.endsWith('.md')) return proseOfMarkdown(read());
  if (LIBRARIES.test(path)) {
    // A docstring of Python has no mark on each line.
    return linesOf(read()).filter(({ text }) => path.endsWith('.py') || COMMENT_LINE.test(text));
  }
  return MESSAGES.test(path) ? linesOf(read()) : [];
}

function linesOf(text: string): Prose[] {
  return text.split('\n').map((line, index) => ({ text: line, line: index + 1 }));
}

function proseOfCode(path: string, text: string): Prose[] {
  // Most files have none of the words anywhere.
  if (text.search(PATTERN) < 0) return [];
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length;
  const comments = parseSync(path, text).comments.map(({ value, start }) => ({ text: value, line: lineAt(start) }));
  const titles = [...text.matchAll(TITLE)].map((found) => ({
    text: found[1] ?? found[2] ?? found[3] ?? '',
    line: lineAt(found.index),
  }));
  return [...comments, ...titles];
}

/** What is no code: neither in a block nor in a span. */
function proseOfMarkdown(text: string): Prose[] {
  let isCode = false;
  return linesOf(text)
    .filter((prose) => {
      const isFence = /^\s*(?:```|~~~)/.test(prose.text);
      if (isFence) isCode = !isCode;
      return !isFence && !isCode;
    })
    .map(({ text: line, line: number }) => ({ text: line.replace(/`[^`]*`/g, ''), line: number }));
}
