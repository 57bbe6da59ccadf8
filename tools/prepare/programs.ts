import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Runs a command without showing anything; whether it succeeded. */
export type Probe = (command: string, args: readonly string[]) => boolean;

/** Something that the tests use, how to tell whether it is there, and the Debian packages that bring it. */
export type Need = { readonly debian: readonly string[] } & (
  | { readonly command: string }
  /** A library that lies in a place of its own. */
  | { readonly library: string; readonly file: string }
  /** A library of a program, which knows best whether it has it, or a program of several paths, tried in turn. */
  | { readonly library: string; readonly programs: readonly string[]; readonly args: readonly string[] }
);

/**
 * Debian's own Python has Debian's packages, and the one that comes first on the PATH may be another. The tests take the
 * first that has what the library needs.
 */
const PYTHONS = ['python3', '/usr/bin/python3'];
const PYTHON_MODULES = [
  '-c',
  'import importlib.util as u, sys; sys.exit(sys.version_info < (3, 9) or not all(map(u.find_spec, ("jwt", "cryptography"))))',
];
const PHP_EXTENSIONS = [
  '-r',
  'exit(array_diff(["curl", "intl", "json", "openssl", "simplexml", "sodium"], array_map("strtolower", get_loaded_extensions())) ? 1 : 0);',
];

/** Where the jars are that Java's tests compile against: Debian's place, or another that is named. */
export const JAR_FOLDER = process.env.TEST_JAR_FOLDER ?? '/usr/share/java';

export const NEEDS: readonly Need[] = [
  { command: 'redis-server', debian: ['redis-server'] },
  { command: 'valkey-server', debian: ['valkey-server'] },
  { command: 'chromium', debian: ['chromium'] },
  { command: 'chromium-headless-shell', debian: ['chromium-headless-shell'] },
  { command: 'oathtool', debian: ['oathtool'] },
  { command: 'strace', debian: ['strace'] },
  { command: 'python3', debian: ['python3'] },
  {
    library: 'PyJWT and cryptography for python3',
    programs: PYTHONS,
    args: PYTHON_MODULES,
    debian: ['python3', 'python3-jwt', 'python3-cryptography'],
  },
  { command: 'php', debian: ['php-cli'] },
  {
    library: 'curl, intl, openssl, SimpleXML and sodium for php',
    programs: ['php'],
    args: PHP_EXTENSIONS,
    debian: ['php-cli', 'php-curl', 'php-intl', 'php-xml'],
  },
  { command: 'java', debian: ['default-jdk-headless'] },
  { command: 'javac', debian: ['default-jdk-headless'] },
  {
    library: 'Jackson for Java',
    file: join(JAR_FOLDER, 'jackson-databind.jar'),
    debian: ['libjackson2-databind-java'],
  },
  { library: 'JUnit 5', file: join(JAR_FOLDER, 'junit-platform-console.jar'), debian: ['junit5'] },
  // Debian puts both where only the PATH of root leads.
  { library: 'HAProxy', programs: ['haproxy', '/usr/sbin/haproxy'], args: ['-v'], debian: ['haproxy'] },
  { library: 'nginx', programs: ['nginx', '/usr/sbin/nginx'], args: ['-v'], debian: ['nginx'] },
];

/** What of it is not there: no folder of `searchPath` (a PATH) holds it as something that can be run, or nothing has it. */
export function missing(searchPath: string | undefined, probe: Probe, needs: readonly Need[] = NEEDS): Need[] {
  return needs.filter((need) => {
    if ('command' in need) return !isOnPath(need.command, searchPath);
    if ('file' in need) return !isFile(need.file);
    return !need.programs.some((program) => probe(program, need.args));
  });
}

/** The Python that has what the library for Python needs, as the tests start it. */
export function findPython(probe: Probe): string {
  const found = PYTHONS.find((python) => probe(python, PYTHON_MODULES));
  if (found === undefined) throw new Error('No python3 with PyJWT and cryptography: npm run test:prepare');
  return found;
}

export function isOnPath(command: string, searchPath: string | undefined): boolean {
  const folders = (searchPath ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.some((folder) => canRun(join(folder, command)));
}

/** What root runs on Debian to get them. */
export function aptCommands(needs: readonly Need[]): [command: string, ...args: string[]][] {
  return [
    ['apt-get', 'update', '-q'],
    ['apt-get', 'install', '-q', '-y', '--no-install-recommends', ...packagesOf(needs)],
  ];
}

/** What to tell somebody whose machine we cannot or may not change. */
export function instructions(needs: readonly Need[]): string {
  const names = needs.map((need) => ('command' in need ? need.command : need.library)).join(', ');
  return [
    `The tests need what is not here: ${names}.`,
    '  On Debian or Ubuntu:',
    `    sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packagesOf(needs).join(' ')}`,
    '  Elsewhere: install Redis 8, Valkey 8, Chromium with its headless shell, oath-toolkit, strace, Python 3.9, PHP 8.1, Java 17,',
    '  HAProxy 2.4 and nginx 1.18 or newer by your own package manager, with these libraries. TEST_JAR_FOLDER names the folder with the jars.',
  ].join('\n');
}

function packagesOf(needs: readonly Need[]): string[] {
  return [...new Set(needs.flatMap(({ debian }) => debian))];
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isFile(path);
  } catch {
    return false;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
