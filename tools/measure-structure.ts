import { resolve } from 'node:path';
import { listProjectFiles, readProjectFile } from './project-files.ts';
import { measureFolders } from './structure/folders.ts';
import { functionsIn } from './structure/functions.ts';
import { runLogin } from './structure/run-login.ts';
import { readSourceTree } from './structure/source-tree.ts';
import { walkFrom } from './structure/walk.ts';

/** What handles the four requests of a login: the first starts it, the others submit a step each. */
const LOGIN = [
  ['startFlow', 'server/sign-in/start/start-flow.ts'],
  ['submitStep', 'server/sign-in/submit-step.ts'],
  ['handle', 'server/sign-in/steps/identify.ts'],
  ['handle', 'server/sign-in/steps/password.ts'],
  ['handle', 'server/sign-in/steps/otp.ts'],
] as const;

/** `npm run measure:structure [-- --files]`: measures how far the code is from its target layout. */
const root = resolve(import.meta.dirname, '..');
const tree = readSourceTree(root);
const functions = [...tree.files.keys()].flatMap((path) => functionsIn(tree, path));
const { loose, features, circles, imports } = measureFolders(tree);
const { isRun, files } = await runLogin(root);
const roots = LOGIN.map(([name, path]) => functions.find((one) => one.name === name && one.path === path));
const missing = LOGIN.filter((_, index) => roots[index] === undefined);
if (missing.length > 0) throw new Error(`There is no function ${missing.map((one) => one.join(' in ')).join(', ')}.`);
const walk = walkFrom(
  roots.flatMap((one) => one ?? []),
  functions.filter(({ path }) => path.startsWith('server/')),
  isRun,
);
const lines = (of: (path: string) => boolean) =>
  [...tree.files].reduce((sum, [path, file]) => sum + (of(path) ? file.lines : 0), 0);
const words = listProjectFiles(root)
  .filter((path) => path.endsWith('.md'))
  .reduce((sum, path) => sum + (readProjectFile(root, path).match(/\S+/g)?.length ?? 0), 0);
const lengths = functions.map((one) => one.lines).sort((a, b) => a - b);

const rows: [what: string, value: string | number][] = [
  ['features in server/', features],
  ['features that import each other in a circle', circles.map((one) => one.length).join(' + ') || 0],
  ['files directly in server/', loose],
  ['imports that stay in their feature or the kernel', `${Math.round((100 * imports.atHome) / imports.all)} %`],
  ['password + OTP login: server files in which something runs', files.length],
  ['  of these, entered by the walk from its use-cases', walk.files.length],
  ['  returns of that walk', walk.returns],
  ['lines of server/', lines((path) => path.startsWith('server/'))],
  ['lines of all product code', lines(() => true)],
  ['lines of a function, median', lengths[Math.floor(lengths.length / 2)] ?? 0],
  ['words of documents', words],
];
for (const [what, value] of rows) console.log(`${what.padEnd(62)}${String(value).padStart(8)}`);
if (process.argv.includes('--files')) {
  for (const circle of circles) console.log(`\ncircle: ${circle.join(' ')}`);
  console.log(['', ...walk.files].join('\n'));
}
