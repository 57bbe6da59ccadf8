import { parseSync, Visitor } from 'oxc-parser';

/** A reference of a file to another file or a package. */
export interface Reference {
  /** As written, without a bundler's query: `./a.ts`, `preact/hooks`, `node:fs`. */
  readonly specifier: string;
  readonly typeOnly: boolean;
  /** Names imported from it; undefined for all of it (namespace, dynamic import, side effect, require). */
  readonly names: readonly string[] | undefined;
}

export interface SourceFile {
  readonly path: string;
  readonly lines: number;
  readonly references: readonly Reference[];
  /** Dynamic imports with a computed target, which cannot be checked. */
  readonly computedImports: number;
  /** Uses of time, randomness, network or process, as `Date.now` or `fetch`. */
  readonly ambient: readonly string[];
  /** `it.only`, `describe.skip`, `test.todo` ... */
  readonly muted: readonly string[];
}

export const SOURCE_FILE = /\.(?:[cm]?[jt]s|[jt]sx)$/;

const AMBIENT_GLOBALS = new Set(['process', 'fetch', 'setTimeout', 'setInterval', 'setImmediate', 'console', 'crypto']);
const AMBIENT_MEMBERS = new Set(['Date.now', 'Math.random', 'performance.now']);
const TEST_ROOTS = new Set(['it', 'test', 'describe', 'suite', 'bench']);
const MODIFIERS = new Set(['only', 'skip', 'todo', 'skipIf', 'runIf', 'fails']);

/** Parses a source file and lists what the checks need. Throws with the path if it cannot be read. */
export function parseSourceFile(path: string, text: string): SourceFile {
  const { program, errors } = parseSync(path, text);
  const broken = errors[0];
  if (broken !== undefined) throw new Error(`${path}: ${broken.message}`);

  const references: Reference[] = [];
  const ambient = new Set<string>();
  const muted: string[] = [];
  let computedImports = 0;
  const add = (specifier: string, typeOnly: boolean, names?: readonly string[]): void => {
    references.push({ specifier: specifier.replace(/\?.*$/, ''), typeOnly, names });
  };

  new Visitor({
    ImportDeclaration(node) {
      const named = node.specifiers.filter((specifier) => specifier.type === 'ImportSpecifier');
      const typeOnly =
        node.importKind === 'type' ||
        (named.length > 0 &&
          named.length === node.specifiers.length &&
          named.every((specifier) => specifier.importKind === 'type'));
      const everything = node.specifiers.length === 0 || named.length < node.specifiers.length;
      add(node.source.value, typeOnly, everything ? undefined : named.map((specifier) => nameOf(specifier.imported)));
    },
    ExportNamedDeclaration(node) {
      if (node.source === null) return;
      const typeOnly =
        node.exportKind === 'type' ||
        (node.specifiers.length > 0 && node.specifiers.every((specifier) => specifier.exportKind === 'type'));
      add(
        node.source.value,
        typeOnly,
        node.specifiers.map((specifier) => nameOf(specifier.local)),
      );
    },
    ExportAllDeclaration(node) {
      add(node.source.value, node.exportKind === 'type');
    },
    ImportExpression(node) {
      const target = literalText(node.source);
      if (target === undefined) computedImports += 1;
      else add(target, false);
    },
    TSImportType(node) {
      add(node.source.value, true);
    },
    TSImportEqualsDeclaration(node) {
      if (node.moduleReference.type === 'TSExternalModuleReference') {
        add(node.moduleReference.expression.value, node.importKind === 'type');
      }
    },
    CallExpression(node) {
      const callee = dotted(node.callee);
      if (callee === 'require' || callee === 'require.resolve') {
        const target = literalText(node.arguments[0]);
        if (target === undefined) computedImports += 1;
        else add(target, false);
      }
      if (callee !== undefined && AMBIENT_GLOBALS.has(callee)) ambient.add(callee);
    },
    NewExpression(node) {
      const callee = dotted(node.callee);
      // `new URL('./worker.ts', import.meta.url)` refers to workers and assets.
      if (callee === 'URL' && node.arguments.length === 2) {
        const base = node.arguments[1];
        const target = literalText(node.arguments[0]);
        const toSource = target !== undefined && /^\.\.?\//.test(target) && SOURCE_FILE.test(target);
        if (toSource && base?.type === 'MemberExpression' && base.object.type === 'MetaProperty') add(target, false);
      }
      if (callee === 'Date' && node.arguments.length === 0) ambient.add('new Date()');
    },
    MemberExpression(node) {
      const name = dotted(node);
      if (name === undefined) return;
      const root = name.split('.')[0] ?? '';
      if (AMBIENT_MEMBERS.has(name)) ambient.add(name);
      else if (AMBIENT_GLOBALS.has(root)) ambient.add(root);
      else if (root === 'globalThis') ambient.add(name);
      const last = name.split('.').at(-1) ?? '';
      if (TEST_ROOTS.has(root) && MODIFIERS.has(last)) muted.push(name);
    },
  }).visit(program);

  return { path, lines: countLines(text), references, computedImports, ambient: [...ambient], muted };
}

function countLines(text: string): number {
  return text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

interface AnyNode {
  readonly type: string;
}

function nameOf(node: { type: string; name?: string; value?: unknown }): string {
  return node.name ?? String(node.value);
}

function literalText(node: AnyNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (node.type === 'Literal' && 'value' in node && typeof node.value === 'string') return node.value;
  if (node.type === 'TemplateLiteral' && 'quasis' in node) {
    const parts = node.quasis as readonly { value: { cooked: string | null } }[];
    return parts.length === 1 ? (parts[0]?.value.cooked ?? undefined) : undefined;
  }
  return undefined;
}

/** `a`, `a.b`, `a.b.c` for plain names; undefined for anything computed. */
function dotted(node: AnyNode): string | undefined {
  if (node.type === 'Identifier' && 'name' in node) return String(node.name);
  if (node.type !== 'MemberExpression' || !('object' in node) || !('property' in node)) return undefined;
  if ('computed' in node && node.computed === true) return undefined;
  const object = dotted(node.object as AnyNode);
  const property = node.property as AnyNode;
  return object !== undefined && 'name' in property ? `${object}.${String(property.name)}` : undefined;
}
