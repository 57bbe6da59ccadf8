import { execFileSync } from 'node:child_process';
import { pbkdf2Sync, scryptSync } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { JavaWorkshop } from '../../clients/java/testing/java-workshop.ts';
import { codeBlocksOf } from '../../docs/testing/code-blocks.ts';
import { runProbe } from '../../tools/prepare/probe.ts';
import { findPython, PHP_FOLDER, SHORT_LIVED_JVM } from '../../tools/prepare/programs.ts';
import { type ExampleSite, ROOT } from './example-site.ts';

/** An example in `docs/examples` that signs users in by the routes of a library, and has a table of users. */
export interface FrameworkSite extends ExampleSite {
  /** Creates its table, and what else it needs before it starts. */
  prepare(env: Record<string, string>): void | Promise<void>;
  readonly table: UserTable;
  /** As the site's guide does: without a password, which Countersign checks. */
  insertAsGuide(env: Record<string, string>, users: readonly GuideRow[]): void;
  /** As its framework stores passwords. */
  hash(password: string): string;
}

interface GuideRow {
  readonly login: string;
  readonly id: string;
}

/** `id` is empty if Countersign does not know the user. */
interface NewRow extends GuideRow {
  /** Hashed. Null: none. */
  readonly password: string | null;
}

/** What other pages of the site do with its users, in its own database. */
interface UserTable {
  insert(database: string, users: readonly NewRow[]): void;
  block(database: string, login: string): void;
  changePassword(database: string, login: string, password: string): void;
}

const python = () => findPython(runProbe);
const PYTHON = { PYTHONPATH: 'clients/python/src', PYTHONDONTWRITEBYTECODE: '1', PYTHONWARNINGS: 'ignore' };
const ITERATIONS = 1000;
const SALT = 'salt';
const pbkdf2 = (password: string) => pbkdf2Sync(password, SALT, ITERATIONS, 32, 'sha256');

/** The table that the guide of this language starts from, and how it inserts a user. */
function guideTable(language: 'node' | 'python' | 'php') {
  const sql = /^sqlite3 shop\.sqlite "(CREATE TABLE [^;"]+); (INSERT INTO [^;"]+)"$/m;
  const [, table = '', insert = ''] = findInGuide(language, sql);
  return {
    prepare: ({ DATABASE = '' }: Record<string, string>) => runSql(DATABASE, table, [[]]),
    table: sqlTable({
      insert: "INSERT INTO users (name, countersign_id, password) VALUES (?, NULLIF(?, ''), ?)",
      block: 'UPDATE users SET blocked = 1 WHERE name = ?',
      changePassword: 'UPDATE users SET password = ? WHERE name = ?',
    }),
    insertAsGuide: ({ DATABASE = '' }: Record<string, string>, users: readonly GuideRow[]) =>
      runSql(
        DATABASE,
        insert.replace("'maria'", '?').replace("'$MARIA'", '?'),
        users.map(({ login, id }) => [login, id]),
      ),
  };
}

function findInGuide(language: string, pattern: RegExp): RegExpExecArray {
  const page = `docs/sign-in-${language}.md`;
  for (const { text } of codeBlocksOf(page)) {
    const found = pattern.exec(text);
    if (found) return found;
  }
  throw new Error(`${page} inserts no user`);
}

/** The sites on Node share everything but their framework. */
const NODE_SITES = ['express', 'fastify', 'hono'].map((language): FrameworkSite => {
  const file = `docs/examples/node/${language}.ts`;
  return {
    language,
    file,
    command: () => [process.execPath, '--import', 'tsx', file],
    ...guideTable('node'),
    hash: (password) => `${SALT}$${scryptSync(password, SALT, 32).toString('hex')}`,
  };
});

/** PHP's own server in front of the example's front controller, with the framework as Debian has it. */
function phpSite(language: string, file: string, packages: readonly string[]): FrameworkSite {
  const table = guideTable('php');
  const path = `docs/examples/${language}/${file}`;
  return {
    language,
    file: path,
    command: (port, { STORAGE = '' }) => {
      const settings = [`auto_prepend_file=${join(STORAGE, 'autoload.php')}`, 'display_errors=stderr', 'log_errors=0'];
      return ['php', ...settings.flatMap((setting) => ['-d', setting]), '-S', `127.0.0.1:${port}`, path];
    },
    ...table,
    prepare(env) {
      table.prepare(env);
      const { STORAGE = '', SESSIONS = '' } = env;
      for (const folder of [
        SESSIONS,
        ...['sessions', 'views', 'framework', 'bootstrap/cache'].map((one) => join(STORAGE, one)),
      ]) {
        mkdirSync(folder, { recursive: true });
      }
      const files = [...packages.map((one) => join(PHP_FOLDER, one)), join(ROOT, 'clients/php/autoload.php')];
      // Debian's Laravel is older than its PHP, which complains of that.
      const lines = ['error_reporting(E_ALL & ~E_DEPRECATED);', ...files.map((one) => `require_once '${one}';`)];
      writeFileSync(join(STORAGE, 'autoload.php'), `<?php ${lines.join(' ')}`);
    },
    // A low cost, for bcrypt is slow on purpose.
    hash: (password) =>
      execFileSync('php', ['-r', 'echo password_hash($argv[1], PASSWORD_BCRYPT, ["cost" => 4]);', password], {
        encoding: 'utf8',
      }),
  };
}

function sqlTable(sql: Record<keyof UserTable, string>): UserTable {
  return {
    insert: (database, users) =>
      runSql(
        database,
        sql.insert,
        users.map(({ login, id, password }) => [login, id, password]),
      ),
    block: (database, login) => runSql(database, sql.block, [[login]]),
    changePassword: (database, login, password) => runSql(database, sql.changePassword, [[password, login]]),
  };
}

const RUN_SQL = `import json, sqlite3, sys
with sqlite3.connect(sys.argv[1]) as database: database.executemany(sys.argv[2], json.loads(sys.argv[3]))`;

/** Once for each of these lists of values. */
function runSql(database: string, sql: string, values: readonly (readonly (string | null)[])[]): void {
  execFileSync('python3', ['-c', RUN_SQL, database, sql, JSON.stringify(values)]);
}

/** Of the example for Jakarta Servlet: id, name, password, id at Countersign, whether blocked; with tabs between. */
const FILE_TABLE: UserTable = {
  insert(database, users) {
    const lines = users.map(({ login, id, password }) => [id || login, login, password ?? '', id, '0'].join('\t'));
    appendFileSync(database, `${lines.join('\n')}\n`);
  },
  block: (database, login) => changeLine(database, login, (cells) => replaced(cells, 4, '1')),
  changePassword: (database, login, password) => changeLine(database, login, (cells) => replaced(cells, 2, password)),
};

function replaced(cells: readonly string[], at: number, value: string): string[] {
  return cells.map((cell, index) => (index === at ? value : cell));
}

function changeLine(database: string, login: string, change: (cells: string[]) => string[]): void {
  const lines = readFileSync(database, 'utf8')
    .split('\n')
    .map((line) => line.split('\t'));
  const changed = lines.map((cells) => (cells[1] === login ? change(cells) : cells));
  writeFileSync(database, changed.map((cells) => cells.join('\t')).join('\n'));
}

/** Django's own command. */
function runManage(env: Record<string, string>, args: readonly string[]): void {
  const command = ['docs/examples/django/manage.py', ...args];
  execFileSync(python(), command, { cwd: ROOT, env: { ...process.env, ...PYTHON, ...env } });
}

const SERVLET_JARS = ['tomcat10-embed-core', 'tomcat10-servlet-api', 'tomcat10-annotations-api'];
let servletPath: Promise<string> | undefined;

/** Compiles the library, its servlet and the example, once. */
async function compileServlet(): Promise<string> {
  const workshop = await JavaWorkshop.open();
  await workshop.compile('servlet', [join(ROOT, 'clients/java/servlet')], SERVLET_JARS);
  await workshop.compile('shop', [join(ROOT, 'docs/examples/servlet/src')], SERVLET_JARS, ['servlet']);
  const classes = workshop.classPathOf(['servlet', 'shop'], SERVLET_JARS);
  return [classes, join(ROOT, 'docs/examples/servlet/src')].join(delimiter);
}

/** Java's own PBKDF2, as the example for Jakarta Servlet stores passwords. */
function servletSite(): FrameworkSite {
  return {
    language: 'servlet',
    file: 'docs/examples/servlet/src/shop/Main.java',
    async command() {
      servletPath ??= compileServlet();
      return ['java', SHORT_LIVED_JVM, '-cp', await servletPath, 'shop.Main'];
    },
    prepare({ DATABASE = '', STORAGE = '' }) {
      mkdirSync(STORAGE);
      writeFileSync(DATABASE, '');
    },
    table: FILE_TABLE,
    // The guide leaves the table to its reader.
    insertAsGuide: ({ DATABASE = '' }, users) =>
      FILE_TABLE.insert(
        DATABASE,
        users.map((user) => ({ ...user, password: null })),
      ),
    hash: (password) => [ITERATIONS, base64(SALT), pbkdf2(password).toString('base64')].join('$'),
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

export const FRAMEWORK_SITES: readonly FrameworkSite[] = [
  ...NODE_SITES,
  {
    language: 'flask',
    file: 'docs/examples/flask/app.py',
    command: () => [python(), 'docs/examples/flask/app.py'],
    env: PYTHON,
    ...guideTable('python'),
    hash: (password) => `pbkdf2:sha256:${ITERATIONS}$${SALT}$${pbkdf2(password).toString('hex')}`,
  },
  {
    language: 'django',
    file: 'docs/examples/django/manage.py',
    command: (port) => [python(), 'docs/examples/django/manage.py', 'runserver', '--noreload', `127.0.0.1:${port}`],
    env: PYTHON,
    prepare: (env) => runManage(env, ['migrate', '--run-syncdb', '--verbosity', '0']),
    insertAsGuide(env, users) {
      const [, command = ''] = findInGuide('python', /^python manage\.py shell -c "(.+)"$/m);
      const commands = users.map(({ login, id }) => command.replace("'maria'", `'${login}'`).replace('$MARIA', id));
      runManage(env, ['shell', '-c', commands.join('\n')]);
    },
    table: sqlTable({
      insert: `INSERT INTO shop_user (username, countersign_id, password, is_active, is_staff, is_superuser, first_name,
        last_name, email, date_joined) VALUES (?, NULLIF(?, ''), ?, 1, 0, 0, '', '', '', '2026-01-01')`,
      block: 'UPDATE shop_user SET is_active = 0 WHERE username = ?',
      changePassword: 'UPDATE shop_user SET password = ? WHERE username = ?',
    }),
    hash: (password) => `pbkdf2_sha256$${ITERATIONS}$${SALT}$${pbkdf2(password).toString('base64')}`,
  },
  phpSite('plain-php', 'index.php', []),
  phpSite('laravel', 'public/index.php', ['Illuminate/autoload.php']),
  phpSite('symfony', 'public/index.php', [
    'Composer/InstalledVersions.php',
    'Symfony/Bundle/FrameworkBundle/autoload.php',
  ]),
  servletSite(),
];
