import { listProjectFiles, readProjectFile } from '../project-files.ts';
import { countInFile } from './count-in-file.ts';
import { measureFolders } from './folders.ts';
import { functionsIn } from './functions.ts';
import type { LoginRun } from './run-login.ts';
import { readSourceTree } from './source-tree.ts';
import { walkFrom } from './walk.ts';

/** The figures of the house by name: those that the ratchet holds, and others that explain them. */
export interface Figures {
  readonly held: Readonly<Record<string, number>>;
  readonly others: Readonly<Record<string, number | string>>;
  /** In the order of the walk. */
  readonly walked: readonly string[];
}

const LONG = 80;
const RECORDS = 'docs/decisions/';
const OTHER_CLIENTS = /^clients\/(?:python|php|java)\/src\/(?!test\/).*\.(?:py|php|java)$/;
/** Pages that a command writes. */
const GENERATED = new Set([
  'bench/results/latest.md',
  'clients/PARITY.md',
  'docs/commands.md',
  'docs/configuration.md',
  'docs/data-dictionary.md',
  'docs/mutation-scores.md',
  'docs/operations/series.md',
  'docs/refusal-codes.md',
  'docs/sign-in-rules.md',
  'docs/text-keys.md',
]);

/** @param login what ran while a user signed in */
export function measureFigures(root: string, login: LoginRun): Figures {
  const tree = readSourceTree(root);
  const paths = [...tree.files.keys()];
  const inServer = (path: string) => path.startsWith('server/');
  const functions = paths.filter(inServer).flatMap((path) => functionsIn(tree, path));
  const roots = login.roots.map(([name, path]) => {
    const found = functions.find((one) => one.name === name && one.path === path);
    if (found) return found;
    throw new Error(`${path} has no function ${name}; name the function that handles this request in run-login.ts.`);
  });
  const walk = walkFrom(roots, functions, login.isRun);
  const { features, arrows, circles, imports } = measureFolders(tree);
  const counts = paths.map((path) => ({ path, ...countInFile(path, readProjectFile(root, path)) }));
  const ofServer = counts.filter(({ path }) => inServer(path));
  const lengths = counts.flatMap((one) => one.functionLines).sort((a, b) => b - a);
  const lines = (of: (path: string) => boolean) =>
    sum([...tree.files].map(([path, file]) => (of(path) ? file.lines : 0)));
  const pages = listProjectFiles(root)
    .filter((path) => path.endsWith('.md'))
    .map((path) => ({ path, words: readProjectFile(root, path).match(/\S+/g)?.length ?? 0 }));
  const generated = pages.filter(({ path }) => GENERATED.has(path));
  const records = pages.filter(({ path }) => path.startsWith(RECORDS));
  const byHand = pages.filter((page) => !generated.includes(page) && !records.includes(page));
  const parts = [...new Set(paths.map((path) => path.split('/')[0] ?? ''))];
  return {
    held: {
      'files entered by the walk of a password + OTP sign-in': walk.files.length,
      'returns of that walk': walk.returns,
      'server files in which something runs in that sign-in': login.files.length,
      'folders of server/': features,
      'arrows between folders of server/': arrows,
      'cycles of folders in server/': circles.length,
      'lines of server/': lines(inServer),
      'lines of all product code': lines(() => true),
      'words by hand, records apart': sum(byHand.map(({ words }) => words)),
      'words of the longest page by hand': Math.max(0, ...byHand.map(({ words }) => words)),
      'words of records': sum(records.map(({ words }) => words)),
      'as unknown as in server/': sum(ofServer.map(({ casts }) => casts)),
      'types of Needs in server/': sum(ofServer.map(({ needs }) => needs)),
      'silent catches in server/': sum(ofServer.map(({ silentCatches }) => silentCatches)),
      'functions over 80 lines': lengths.filter((one) => one > LONG).length,
      'lines of the longest function': lengths[0] ?? 0,
    },
    others: {
      ...Object.fromEntries(parts.map((part) => [`lines of ${part}/`, lines((path) => path.startsWith(`${part}/`))])),
      'lines of clients in Python, PHP and Java': sum(
        listProjectFiles(root)
          .filter((path) => OTHER_CLIENTS.test(path))
          .map((path) => linesIn(readProjectFile(root, path))),
      ),
      'words of generated pages': sum(generated.map(({ words }) => words)),
      'lines of a function, median': lengths[Math.floor(lengths.length / 2)] ?? 0,
      'imports that stay in their folder of server/ or the kernel': `${Math.round((100 * imports.atHome) / imports.all)} %`,
    },
    walked: walk.files,
  };
}

const linesIn = (text: string): number => text.match(/\n/g)?.length ?? 0;
const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
