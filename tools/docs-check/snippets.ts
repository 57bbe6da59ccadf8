import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { type Finding, listProjectFiles, readProjectFile } from '../project-files.ts';

/** A TypeScript block in a document that begins with the path of its file. */
interface Snippet {
  readonly path: string;
  readonly text: string;
  readonly from: string;
}

/**
 * Type-checks the snippets of the documents against the code: a block that begins with `// some/path.ts` is taken as
 * that file, and may import the project's files and other snippets.
 */
export function checkSnippets(root: string): Finding[] {
  const snippets = listProjectFiles(root)
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) => readSnippets(path, readProjectFile(root, path)));
  if (snippets.length === 0) return [];
  // Inside node_modules, so that packages are found and no other check reads it.
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  const folder = mkdtempSync(join(root, 'node_modules', '.snippets-'));
  try {
    const own = new Set(snippets.map(({ path }) => path));
    for (const snippet of snippets) {
      const file = join(folder, snippet.path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, redirectImports(snippet, own));
    }
    const config = { extends: '../../tsconfig.json', files: [...own], include: [], exclude: [] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(root, 'node_modules', '.bin', 'tsc');
    const { status, stdout, error } = spawnSync(tsc, ['-p', folder, '--pretty', 'false'], {
      cwd: root,
      encoding: 'utf8',
    });
    if (status === 0) return [];
    const output = error?.message ?? stdout.trim().replaceAll(`${posix.relative(root, folder)}/`, '');
    return [
      { path: [...new Set(snippets.map(({ from }) => from))].join(', '), problem: `snippets do not fit:\n${output}` },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function readSnippets(from: string, markdown: string): Snippet[] {
  return [...markdown.matchAll(/^```tsx?\n\/\/ ([\w./-]+\.tsx?)\n(.*?)^```$/gms)].map(([, path = '', text = '']) => ({
    path,
    text,
    from,
  }));
}

/** From its temporary folder, two levels down, a snippet reaches the real files two levels further up. */
function redirectImports(snippet: Snippet, own: ReadonlySet<string>): string {
  return snippet.text.replace(/(?<=\b(?:from|import) ')\.{1,2}\/[^']+/g, (specifier) => {
    const target = posix.normalize(posix.join(posix.dirname(snippet.path), specifier));
    if (own.has(target)) return specifier;
    return posix.relative(posix.join('node_modules', 'folder', posix.dirname(snippet.path)), target);
  });
}
