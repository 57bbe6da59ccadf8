import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

/** A fenced block of a document. */
export interface CodeBlock {
  /** `docs/api.md:12`, the line of the opening fence. */
  readonly at: string;
  readonly file: string;
  /** `sh`, `json`, `html` ... */
  readonly language: string;
  /** What follows the language and says how the block is tried: `answer`, `background`, `not-executed`. */
  readonly role: string;
  readonly text: string;
}

/** The documents for the four readers. Decisions are history and hold nothing to try. */
export function documentPaths(): string[] {
  const pages = ['docs', 'docs/operations', 'docs/threat-model'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .sort()
      .map((name) => `${folder}/${name}`),
  );
  return ['README.md', ...pages];
}

export function readDocument(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function codeBlocksOf(path: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { line: number; info: string; lines: string[] } | undefined;
  for (const [index, line] of readDocument(path).split('\n').entries()) {
    if (!line.startsWith('```')) open?.lines.push(line);
    else if (!open) open = { line: index + 1, info: line.slice(3).trim(), lines: [] };
    else {
      const [language = '', role = ''] = open.info.split(/ +/);
      blocks.push({ at: `${path}:${open.line}`, file: path, language, role, text: `${open.lines.join('\n')}\n` });
      open = undefined;
    }
  }
  if (open) throw new Error(`${path}:${open.line} is never closed`);
  return blocks;
}

export function allCodeBlocks(): CodeBlock[] {
  return documentPaths().flatMap(codeBlocksOf);
}
