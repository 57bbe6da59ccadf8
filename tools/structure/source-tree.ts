import { posix } from 'node:path';
import { parseSourceFile, SOURCE_FILE, type SourceFile } from '../boundaries/source-file.ts';
import { listProjectFiles, readProjectFile } from '../project-files.ts';

export interface SourceTree {
  readonly root: string;
  /** The product's source files by path: no tests, no tools. */
  readonly files: ReadonlyMap<string, SourceFile>;
  /** The target of a relative import; undefined for packages and files outside the product. */
  readonly resolve: (from: string, specifier: string) => string | undefined;
}

const NOT_PRODUCT = /(?:^|\/)(?:testing|vectors)\/|\.test\.tsx?$|^(?:e2e|bench|tools|docs)\/|\.config\.ts$/;

export function readSourceTree(root: string): SourceTree {
  const paths = listProjectFiles(root).filter((path) => SOURCE_FILE.test(path) && !NOT_PRODUCT.test(path));
  const files = new Map(paths.map((path) => [path, parseSourceFile(path, readProjectFile(root, path))]));
  const resolve = (from: string, specifier: string) => {
    const target = posix.normalize(posix.join(posix.dirname(from), specifier));
    return specifier.startsWith('.') && files.has(target) ? target : undefined;
  };
  return { root, files, resolve };
}
