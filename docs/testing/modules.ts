import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type CodeBlock, ROOT } from './code-blocks.ts';
import type { ExampleValues } from './example-values.ts';

/** The entries of the library that examples import, and where they are in its source. */
const CLIENT = {
  '@countersign/client': 'index.ts',
  '@countersign/client/sign-in': 'sign-in/index.ts',
  '@countersign/client/testing': 'test-kit/index.ts',
};

/** The text of a file that imports the library from its source. */
export function withClient(text: string): string {
  const sources = Object.entries(CLIENT).map(([entry, file]) => [entry, join(ROOT, 'clients/typescript/src', file)]);
  return [...sources, ['iron-session', fileURLToPath(import.meta.resolve('iron-session'))]].reduce(
    (changed, [entry, file = '']) => changed.replaceAll(`'${entry}'`, `'${pathToFileURL(file).pathname}'`),
    text,
  );
}

/** `backend/sign-in.ts`: where a block of TypeScript says it would lie. */
function pathOf({ text }: CodeBlock): string | undefined {
  return /^\/\/ ([\w./-]+\.ts)\n/.exec(text)?.[1];
}

/** Examples written out as the files that they say they are, to be imported. */
export class ExampleModules {
  readonly #folder: string;
  readonly #blocks: ReadonlyMap<string, CodeBlock>;
  readonly #values: ExampleValues;

  private constructor(folder: string, blocks: readonly CodeBlock[], values: ExampleValues) {
    this.#folder = folder;
    this.#blocks = new Map(blocks.map((block) => [pathOf(block) ?? block.at, block]));
    this.#values = values;
  }

  static async create(blocks: readonly CodeBlock[], values: ExampleValues): Promise<ExampleModules> {
    return new ExampleModules(await mkdtemp(join(tmpdir(), 'countersign-examples-')), blocks, values);
  }

  get paths(): string[] {
    return [...this.#blocks.keys()].sort();
  }

  async load<Exports>(path: string): Promise<Exports> {
    const block = this.#blocks.get(path);
    if (!block) throw new Error(`No document has an example ${path}.`);
    const file = join(this.#folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, withClient(this.#values.fill(block.text)));
    return (await import(file)) as Exports;
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }
}
