import { parseSync, Visitor } from 'oxc-parser';
import { readProjectFile } from '../project-files.ts';
import type { SourceTree } from './source-tree.ts';

export interface Call {
  /** The file in which the called function is declared. */
  readonly path: string;
  readonly name: string;
}

export interface DeclaredFunction extends Call {
  /** The project's functions that it calls or passes on, from top to bottom. */
  readonly calls: readonly Call[];
}

interface Span {
  readonly start: number;
  readonly end: number;
}
interface Declaration extends Span {
  readonly name: string;
}

/** The named functions at the top level of a file, and those that are properties of an object there. */
export function functionsIn(tree: SourceTree, path: string): DeclaredFunction[] {
  const text = readProjectFile(tree.root, path);
  const { program } = parseSync(path, text);
  const imported = new Map<string, Call>();
  const declared: Declaration[] = [];
  const uses: (Span & { name: string })[] = [];
  for (const statement of program.body) {
    const inner = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (inner?.type === 'FunctionDeclaration' && inner.id) {
      declared.push({ name: inner.id.name, start: inner.start, end: inner.end });
    }
    if (inner?.type !== 'VariableDeclaration') continue;
    for (const { id, init } of inner.declarations) {
      const isFunction = init?.type === 'ArrowFunctionExpression' || init?.type === 'FunctionExpression';
      if (isFunction && id.type === 'Identifier') declared.push({ name: id.name, start: inner.start, end: inner.end });
      for (const property of init?.type === 'ObjectExpression' ? init.properties : []) {
        if (property.type !== 'Property' || property.key.type !== 'Identifier') continue;
        if (property.value.type !== 'ArrowFunctionExpression' && property.value.type !== 'FunctionExpression') continue;
        declared.push({ name: property.key.name, start: property.start, end: property.end });
      }
    }
  }
  const use = (node: { readonly type: string } & Span) => {
    if (node.type === 'Identifier' && 'name' in node) uses.push({ ...node, name: String(node.name) });
  };
  new Visitor({
    ImportDeclaration({ source, specifiers }) {
      const target = tree.resolve(path, source.value);
      if (target === undefined) return;
      for (const one of specifiers) {
        if (one.type !== 'ImportSpecifier' || one.imported.type !== 'Identifier') continue;
        imported.set(one.local.name, { path: target, name: one.imported.name });
      }
    },
    CallExpression(node) {
      use(node.callee);
      for (const given of node.arguments) use(given);
    },
  }).visit(program);
  const own = new Set(declared.map(({ name }) => name));
  const calledBy = ({ start, end, name }: Declaration): Call[] =>
    uses
      .filter((one) => one.start >= start && one.end <= end && one.name !== name)
      .sort((a, b) => a.start - b.start)
      .map((one) => imported.get(one.name) ?? { path, name: one.name })
      .filter((call) => call.path !== path || own.has(call.name));
  return declared.map((one) => ({
    path,
    name: one.name,
    calls: calledBy(one),
  }));
}
