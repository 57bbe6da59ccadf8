import { type ExecFileException, execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { JAR_FOLDER, SHORT_LIVED_JVM } from '../../../tools/prepare/programs.ts';

const LIBRARY = join(import.meta.dirname, '..');
const SOURCES = join(LIBRARY, 'src/main/java');
/** What the library needs, by the names that Debian gives the jars. */
const NEEDED = ['jackson-core', 'jackson-databind', 'jackson-annotations'];
const JUNIT = [
  ...['junit-jupiter-api', 'junit-jupiter-engine', 'junit-platform-commons', 'junit-platform-engine'],
  ...['junit-platform-launcher', 'junit-platform-console', 'junit-platform-reporting', 'opentest4j'],
  ...['opentest4j-reporting-events', 'opentest4j-reporting-schema', 'apiguardian-api', 'univocity-parsers', 'picocli'],
];

/** What JUnit counted. */
export interface JavaTests {
  successful: number;
  failed: number;
  skipped: number;
  output: string;
}

/** The library compiled, in a folder for the moment, and whatever is compiled against it. */
export class JavaWorkshop {
  readonly folder: string;
  /** Names of folders in it with classes. */
  readonly #compiled = new Set<string>(['library', 'tests']);

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Fails with the compiler's complaints: every warning of it, and of the checks of documentation, is one. */
  static async open(): Promise<JavaWorkshop> {
    const workshop = new JavaWorkshop(await mkdtemp(join(tmpdir(), 'countersign-java-')));
    await workshop.#javac('library', NEEDED, ['-Xdoclint:all,-missing'], sourcesUnder(SOURCES));
    return workshop;
  }

  /** Compiles what lies in these folders against the library and further jars, into a folder of its own. */
  async compile(into: string, folders: readonly string[], jars: readonly string[], against: readonly string[] = []) {
    await this.#javac(into, [...NEEDED, ...jars, 'library', ...against], [], folders.flatMap(sourcesUnder));
  }

  /** Where the classes are that were compiled into these folders, and what they need. */
  classPathOf(folders: readonly string[], jars: readonly string[]): string {
    return this.#classPath([...NEEDED, ...jars, 'library', ...folders]);
  }

  /** Puts a source where its package says. */
  async write(path: string, text: string): Promise<void> {
    const file = join(this.folder, 'written', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  /** Compiles what was written and what lies in these folders of the library. */
  async compileTests(...folders: string[]): Promise<void> {
    const sources = [join(this.folder, 'written'), ...folders.map((name) => join(LIBRARY, name))].flatMap(sourcesUnder);
    // JUnit's annotations are for JUnit, and no processor claims them.
    await this.#javac('tests', [...NEEDED, ...JUNIT, 'library'], ['-Xlint:-processing'], sources);
  }

  /** Runs all tests that were compiled, in one process. */
  async runTests(properties: Record<string, string>, env: Record<string, string>): Promise<JavaTests> {
    const { status, output } = await this.#run(
      'java',
      [
        SHORT_LIVED_JVM,
        ...Object.entries(properties).map(([name, value]) => `-D${name}=${value}`),
        ...['-cp', this.#classPath([...NEEDED, ...JUNIT, 'library', 'tests'])],
        ...['org.junit.platform.console.ConsoleLauncher', `--scan-classpath=${join(this.folder, 'tests')}`],
        ...['--details=summary', '--disable-banner', '--disable-ansi-colors'],
      ],
      env,
    );
    const count = (word: string) =>
      Number(new RegExp(`\\[ *(\\d+) tests ${word} *\\]`).exec(output)?.[1] ?? Number.NaN);
    const failed = count('failed');
    if (status !== 0 && !(failed > 0)) throw new Error(`JUnit ended with ${status}:\n${output}`);
    return { successful: count('successful'), failed, skipped: count('skipped') + count('aborted'), output };
  }

  /** Where the classes are that a program needs which uses the library. */
  get classPath(): string {
    return this.#classPath([...NEEDED, 'library', 'tests']);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  async #javac(into: string, path: string[], options: string[], sources: string[]): Promise<void> {
    const folder = join(this.folder, into);
    await mkdir(folder);
    this.#compiled.add(into);
    // Debian's manifests name jars that are not there.
    const strict = ['--release', '17', '-encoding', 'UTF-8', '-Xlint:all', '-Xlint:-path', '-Werror'];
    const args = [
      `-J${SHORT_LIVED_JVM}`,
      ...strict,
      ...options,
      '-cp',
      this.#classPath(path),
      '-d',
      folder,
      ...sources,
    ];
    const { status, output } = await this.#run('javac', args, {});
    if (status !== 0) throw new Error(`javac:\n${output}`);
  }

  #classPath(names: string[]): string {
    return names
      .map((name) => (this.#compiled.has(name) ? join(this.folder, name) : join(JAR_FOLDER, `${name}.jar`)))
      .join(delimiter);
  }

  #run(program: string, args: string[], env: Record<string, string>): Promise<{ status: number; output: string }> {
    const known = { PATH: process.env.PATH ?? '', ...env };
    const options = { env: known, cwd: this.folder, maxBuffer: 64 * 1024 * 1024 };
    return new Promise((resolve) => {
      execFile(program, args, options, (error: ExecFileException | null, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ status, output: [stdout, stderr, status === -1 ? error?.message : ''].join('\n') });
      });
    });
  }
}

export function sourcesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.java'))
    .map((name) => join(folder, name));
}

/** Of the library, its own code alone. */
export function librarySource(name: string): string {
  return readFileSync(join(SOURCES, 'dev/countersign/client', name), 'utf8');
}
