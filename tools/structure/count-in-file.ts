import {
  type ArrowFunctionExpression,
  type Function as FunctionNode,
  parseSync,
  type Statement,
  Visitor,
} from 'oxc-parser';

export interface Counts {
  /** Conversions `as unknown as`. */
  readonly casts: number;
  /** Types called `Needs`, or by a name that ends so. */
  readonly needs: number;
  /** Errors that are neither named nor answered with any act: no log, no count, no other error. */
  readonly silentCatches: number;
  /** Of each function, also those inside others. */
  readonly functionLines: readonly number[];
}

type AnyFunction = FunctionNode | ArrowFunctionExpression;

export function countInFile(path: string, text: string): Counts {
  const acts: number[] = [];
  const names: { name: string; start: number }[] = [];
  const functions: AnyFunction[] = [];
  const handlers: { start: number; name: string | undefined }[] = [];
  const named = new Map<string, AnyFunction>();
  let casts = 0;
  let needs = 0;
  let silentCatches = 0;
  const act = ({ start }: { start: number }) => acts.push(start);
  const declareFunction = (node: AnyFunction) => {
    functions.push(node);
    if (node.type === 'FunctionDeclaration' && node.id) named.set(node.id.name, node);
  };
  const declareType = ({ id }: { id: { name: string } }) => {
    if (id.name.endsWith('Needs')) needs += 1;
  };
  new Visitor({
    ArrowFunctionExpression: declareFunction,
    FunctionDeclaration: declareFunction,
    FunctionExpression: declareFunction,
    VariableDeclarator({ id, init }) {
      if (id.type === 'Identifier' && init?.type === 'ArrowFunctionExpression') named.set(id.name, init);
    },
    TSTypeAliasDeclaration: declareType,
    TSInterfaceDeclaration: declareType,
    TSAsExpression({ expression }) {
      if (expression.type === 'TSAsExpression' && expression.typeAnnotation.type === 'TSUnknownKeyword') casts += 1;
    },
    CatchClause({ body }) {
      if (body.body.every(isBareJump)) silentCatches += 1;
    },
    CallExpression(node) {
      act(node);
      if (node.callee.type !== 'MemberExpression' || node.callee.property.type !== 'Identifier') return;
      // The first argument of `catch`, the second of `then`.
      const handler = node.arguments[['catch', 'then'].indexOf(node.callee.property.name)];
      if (!handler) return;
      handlers.push({ start: handler.start, name: handler.type === 'Identifier' ? handler.name : undefined });
    },
    NewExpression: act,
    ThrowStatement: act,
    AssignmentExpression: act,
    Identifier({ name, start }) {
      names.push({ name, start });
    },
  }).visit(parseSync(path, text).program);

  const isSilent = (handler: AnyFunction | undefined): boolean => {
    if (!handler?.body) return false;
    const { start, end } = handler.body;
    const isInside = (at: number) => at >= start && at < end;
    const taken = handler.params.map((one) => (one.type === 'Identifier' ? one.name : undefined));
    return !acts.some(isInside) && !names.some((one) => taken.includes(one.name) && isInside(one.start));
  };
  silentCatches += handlers.filter(({ start, name }) =>
    isSilent(name === undefined ? functions.find((one) => one.start === start) : named.get(name)),
  ).length;
  const linesOf = ({ start, end }: AnyFunction) => text.slice(start, end).split('\n').length;
  return { casts, needs, silentCatches, functionLines: functions.map(linesOf) };
}

/** `return;`, `break;` or `continue;`. */
function isBareJump(statement: Statement): boolean {
  if (statement.type === 'ReturnStatement') return statement.argument === null;
  return statement.type === 'BreakStatement' || statement.type === 'ContinueStatement';
}
