import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Runs a command silently. True if it succeeded. */
export type Probe = (command: string, args: readonly string[]) => boolean;

/** Something that the tests use, how to detect it, and its Debian packages. */
export type Need = { readonly debian: readonly string[] } & (
  | { readonly command: string }
  /** A library with a fixed path. */
  | { readonly library: string; readonly file: string }
  /** A library of a program, which is asked for it, or a program with several paths, tried in turn. */
  | { readonly library: string; readonly programs: readonly string[]; readonly args: readonly string[] }
);

/**
 * Debian's own Python has Debian's packages, but another one may come first on the PATH. The tests use the first that
 * has the modules.
 */
const PYTHONS = ['python3', '/usr/bin/python3'];
const PYTHON_MODULES = [
  '-c',
  'import importlib.util as u, sys; sys.exit(sys.version_info < (3, 9) or not all(map(u.find_spec, ("jwt", "cryptography", "django", "flask", "flask_session", "msgspec"))))',
];
/** What packs the Python library, and installs it from its file. */
export const PYTHON_PACKERS = [
  '-c',
  'import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, ("hatchling", "installer"))))',
];
const PHP_EXTENSIONS = [
  '-r',
  'exit(array_diff(["curl", "intl", "json", "mbstring", "openssl", "pdo_sqlite", "simplexml", "sodium", "zip"], array_map("strtolower", get_loaded_extensions())) ? 1 : 0);',
];

/** The folder of the jars that Java's tests compile against: Debian's, or a configured one. */
export const JAR_FOLDER = process.env.TEST_JAR_FOLDER ?? '/usr/share/java';

/**
 * The option for a JVM that runs for seconds: without the second level of its compiler, `javac` and `javadoc` take two
 * fifths of the processor time. The JDK's tools pass on what follows `-J`.
 */
export const SHORT_LIVED_JVM = '-XX:TieredStopAtLevel=1';

/** The folder of PHP's frameworks, each with a file that loads it. */
export const PHP_FOLDER = '/usr/share/php';

export const NEEDS: readonly Need[] = [
  { command: 'redis-server', debian: ['redis-server'] },
  { command: 'valkey-server', debian: ['valkey-server'] },
  { command: 'chromium', debian: ['chromium'] },
  { command: 'chromium-headless-shell', debian: ['chromium-headless-shell'] },
  { command: 'oathtool', debian: ['oathtool'] },
  { command: 'strace', debian: ['strace'] },
  { command: 'faketime', debian: ['faketime'] },
  { command: 'zsh', debian: ['zsh'] },
  { command: 'fish', debian: ['fish'] },
  { command: 'python3', debian: ['python3'] },
  {
    library: 'PyJWT, cryptography, Django and Flask for python3',
    programs: PYTHONS,
    args: PYTHON_MODULES,
    debian: [
      ...['python3', 'python3-jwt', 'python3-cryptography', 'python3-django', 'python3-flask'],
      // Of Flask-Session, which does not name the second.
      ...['python3-flask-session', 'python3-msgspec'],
    ],
  },
  { command: 'php', debian: ['php-cli'] },
  {
    library: 'curl, intl, mbstring, openssl, SimpleXML, sodium, SQLite and zip for php',
    programs: ['php'],
    args: PHP_EXTENSIONS,
    debian: ['php-cli', 'php-curl', 'php-intl', 'php-mbstring', 'php-sqlite3', 'php-xml', 'php-zip'],
  },
  { library: 'Laravel', file: join(PHP_FOLDER, 'Illuminate/autoload.php'), debian: ['php-laravel-framework'] },
  {
    library: 'Symfony',
    file: join(PHP_FOLDER, 'Symfony/Bundle/FrameworkBundle/autoload.php'),
    debian: ['php-symfony-framework-bundle'],
  },
  { command: 'java', debian: ['default-jdk-headless'] },
  { command: 'javac', debian: ['default-jdk-headless'] },
  {
    library: 'Jackson for Java',
    file: join(JAR_FOLDER, 'jackson-databind.jar'),
    debian: ['libjackson2-databind-java'],
  },
  {
    library: 'Tomcat 10',
    file: join(JAR_FOLDER, 'tomcat10-embed-core.jar'),
    debian: ['libtomcat10-embed-java', 'libtomcat10-java'],
  },
  { library: 'JUnit 5', file: join(JAR_FOLDER, 'junit-platform-console.jar'), debian: ['junit5'] },
  // Debian puts both where only root's PATH leads.
  { library: 'HAProxy', programs: ['haproxy', '/usr/sbin/haproxy'], args: ['-v'], debian: ['haproxy'] },
  { library: 'nginx', programs: ['nginx', '/usr/sbin/nginx'], args: ['-v'], debian: ['nginx'] },
  // Of a release: what packs it, and what installs it.
  {
    library: 'hatchling and installer for python3',
    programs: PYTHONS,
    args: PYTHON_PACKERS,
    debian: ['python3', 'python3-hatchling', 'python3-installer'],
  },
  { command: 'gpg', debian: ['gpg'] },
  { command: 'composer', debian: ['composer', 'unzip'] },
  { command: 'bwrap', debian: ['bubblewrap'] },
  { command: 'lintian', debian: ['lintian'] },
  { command: 'dpkg-deb', debian: ['dpkg'] },
  { command: 'systemd-analyze', debian: ['systemd'] },
  { command: 'promtool', debian: ['prometheus'] },
  { command: 'age', debian: ['age'] },
];

/** What is missing: no folder of `searchPath` (a PATH) has it as an executable, or no program has the library. */
export function missing(searchPath: string | undefined, probe: Probe, needs: readonly Need[] = NEEDS): Need[] {
  return needs.filter((need) => {
    if ('command' in need) return !isOnPath(need.command, searchPath);
    if ('file' in need) return !isFile(need.file);
    return !need.programs.some((program) => probe(program, need.args));
  });
}

/** The Python for the tests: it has the modules that the Python library needs, or those that `args` looks for. */
export function findPython(probe: Probe, args = PYTHON_MODULES): string {
  const found = PYTHONS.find((python) => probe(python, args));
  if (found === undefined) throw new Error('No python3 with the modules that the tests use: npm run test:prepare');
  return found;
}

export function isOnPath(command: string, searchPath: string | undefined): boolean {
  const folders = (searchPath ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.some((folder) => canRun(join(folder, command)));
}

/** Commands for root on Debian to install them. */
export function aptCommands(needs: readonly Need[]): [command: string, ...args: string[]][] {
  return [
    ['apt-get', 'update', '-q'],
    ['apt-get', 'install', '-q', '-y', '--no-install-recommends', ...packagesOf(needs)],
  ];
}

/** Instructions for a machine that we cannot or may not change. */
export function instructions(needs: readonly Need[]): string {
  const names = needs.map((need) => ('command' in need ? need.command : need.library)).join(', ');
  return [
    `The tests need what is not here: ${names}.`,
    '  On Debian or Ubuntu:',
    `    sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packagesOf(needs).join(' ')}`,
    '  Elsewhere: install Redis 8, Valkey 8, Chromium with its headless shell, oath-toolkit, strace, libfaketime, Python 3.9, PHP 8.1, Java 17,',
    '  Composer 2, HAProxy 2.4, nginx 1.25.1, Prometheus 2.53 and age 1.1 or newer by your own package manager, with these libraries. TEST_JAR_FOLDER names the folder with the jars.',
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
