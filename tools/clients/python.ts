import { snakeCase } from '../../docs/api-reference/snippets/library-call.ts';
import { keyMembers } from './key-members.ts';
import type { Api, Group, Operation } from './read-api.ts';
import { bodyText, GENERATED, indent, KIND_TEXTS, wrap } from './text.ts';
import { capital, type Member, type ObjectType, type Type } from './types.ts';

const SCALARS = { text: 'str', integer: 'int', flag: 'bool', map: 'dict[str, Any]' };
const WIDTH = 115;

/** The modules of the Python library, by path. */
export function pythonFiles({ groups, types }: Api): Map<string, string> {
  return new Map([
    ['src/countersign/objects.py', objectsModule(types)],
    ['src/countersign/management.py', managementModule(groups)],
  ]);
}

function objectsModule(types: readonly ObjectType[]): string {
  const head = [
    '"""The objects of ``/v1`` as JSON, with the API\'s names.',
    '',
    'Names ending in ``At`` are milliseconds since the epoch, those in ``Ms`` milliseconds. A newer service may add members.',
    '"""',
    '',
    `# ${GENERATED}`,
    '',
    'from __future__ import annotations',
    '',
  ];
  const body = types.flatMap(typedDict);
  const names = [...(body.some((line) => line.includes('Any]')) ? ['Any'] : []), 'Optional', 'TypedDict'];
  return `${[...head, `from typing import ${names.join(', ')}`, ...body].join('\n')}\n`;
}

/** Python before 3.11 marks no single key as optional: the keys that are always there are in a class of their own. */
function typedDict({ name, doc, members }: ObjectType): string[] {
  const isAbsent = ({ isOptional, isNullable }: Member) => isOptional && !isNullable;
  const present = members.filter((member) => !isAbsent(member));
  const absent = members.filter(isAbsent);
  const body = (list: readonly Member[]) => indent(list.flatMap(keyOf), '    ');
  const docstring = doc === '' ? [] : [...indent(quoted(doc), '    '), ''];
  if (absent.length === 0) return ['', '', `class ${name}(TypedDict):`, ...docstring, ...body(present)];
  if (present.length === 0) return ['', '', `class ${name}(TypedDict, total=False):`, ...docstring, ...body(absent)];
  const base = ['', '', `class _${name}(TypedDict):`, ...body(present)];
  return [...base, '', '', `class ${name}(_${name}, total=False):`, ...docstring, ...body(absent)];
}

function keyOf({ name, type, isNullable, doc }: Member): string[] {
  const comment = doc === '' ? [] : wrap(marked(doc), WIDTH - 7).map((line) => `#: ${line}`);
  const written = typeName(type);
  return [...comment, `${name}: ${isNullable ? `Optional[${written}]` : written}`];
}

function typeName(type: Type): string {
  if (type.kind === 'list') return `list[${typeName(type.of)}]`;
  return type.kind === 'object' ? type.name : SCALARS[type.kind];
}

function managementModule(groups: readonly Group[]): string {
  const returned = groups.flatMap(({ operations }) => operations.flatMap(({ returns }) => returns?.name ?? []));
  const head = [
    '"""The management API. Objects are sent and returned as dictionaries with the API\'s names."""',
    '',
    `# ${GENERATED}`,
    '',
    'from __future__ import annotations',
    '',
    'from collections.abc import Iterator, Mapping, Sequence',
    'from typing import Any, List, Optional, cast',
    '',
    'from .group import Group, Page',
    'from .objects import (',
    ...[...new Set(returned)].sort().map((name) => `    ${name},`),
    ')',
  ];
  return `${[...head, ...groups.flatMap(groupClass)].join('\n')}\n`;
}

function groupClass({ name, operations }: Group): string[] {
  return ['', '', `class ${capital(name)}(Group):`, ...operations.flatMap(methods).slice(1)];
}

function methods(operation: Operation): string[] {
  const { shape, returns, path, query, description } = operation;
  if (shape === 'nothing') return method(operation, { type: 'None', body: [request(operation)] });
  const item = returns?.name ?? '';
  if (shape === 'rows') {
    // In a class with a method `list` the name of the built-in type is taken.
    const type = `List[${item}]`;
    return method(operation, { type, body: [`return cast("${type}", self._create_many("${path}", rows))`] });
  }
  if (shape === 'object') {
    const members = keyMembers(returns).map((name) => `"${name}"`);
    const result = `return cast(${item}, self._item(response, ${members.join(', ')}))`;
    return method(operation, { type: item, body: [`response = ${request(operation)}`, result] });
  }
  const filters = query.filter(({ name }) => name !== 'after');
  return [
    ...method(
      { ...operation, description: 'All of them, page by page as they are read.', query: filters },
      {
        type: `Iterator[${item}]`,
        body: [...queryDict(filters), `return self._list("${path}", query)`],
      },
    ),
    ...method(
      { ...operation, name: 'page', description: `One page. ${description}` },
      {
        type: 'Page',
        body: [...queryDict(query), `return self._page("${path}", query)`],
      },
    ),
  ];
}

function request({ method: verb, path, tail, kind, body, query }: Operation): string {
  const address = tail === undefined ? `"${path}"` : `self._path("${path}", id${tail === '' ? '' : `, "${tail}"`})`;
  if (kind === 'creation') return `self._transport.create(${address}, body)`;
  const members = query.map(({ name }) => `"${name}": ${name}`).join(', ');
  const given = [body.length > 0 && 'body=body', query.length > 0 && `query={${members}}`].filter(Boolean);
  return `self._transport.${kind}(${[`"${verb}"`, address, ...given].join(', ')})`;
}

function method(operation: Operation, { type, body }: { type: string; body: readonly string[] }): string[] {
  const { name, tail, query, shape, kind } = operation;
  const isBulk = shape === 'rows';
  const parameters = [
    'self',
    ...(tail === undefined ? [] : ['id: str']),
    ...(isBulk ? ['rows: Sequence[Mapping[str, Any]]'] : operation.body.length > 0 ? ['body: Mapping[str, Any]'] : []),
    ...(query.length > 0 ? ['*'] : []),
    ...query.map((one) => `${one.name}: Optional[${SCALARS[one.type]}] = None`),
  ];
  const text = [operation.summary, operation.description, KIND_TEXTS[kind]].filter((part) => part !== '').join(' ');
  const notes = [
    ...(operation.body.length > 0 && !isBulk ? [`:param body: ${bodyText(operation.body)}`] : []),
    ...query.filter(({ doc }) => doc !== '').map((one) => `:param ${one.name}: ${one.doc}`),
  ];
  const lines = [
    ...signature(`def ${snakeCase(name)}(`, parameters, `) -> ${type}:`),
    ...indent([...quoted(text, notes), ...body], '    '),
  ];
  return ['', ...indent(lines, '    ')];
}

function signature(start: string, parameters: readonly string[], end: string): string[] {
  const line = `${start}${parameters.join(', ')}${end}`;
  return line.length <= WIDTH ? [line] : [start, ...parameters.map((one) => `    ${one},`), end];
}

function queryDict(query: readonly { name: string }[]): string[] {
  const members = query.map(({ name }) => `"${name}": ${name}`);
  const line = `query = {${members.join(', ')}}`;
  return line.length <= WIDTH - 8 ? [line] : ['query = {', ...members.map((one) => `    ${one},`), '}'];
}

function quoted(text: string, notes: readonly string[] = []): string[] {
  const [first = '', ...others] = wrap(marked(`"""${text}`), WIDTH - 11);
  if (notes.length === 0)
    return [first, ...others].map((line, at, all) => (at === all.length - 1 ? `${line}"""` : line));
  const noteLines = notes.flatMap((note) =>
    wrap(marked(note), WIDTH - 15).map((line, at) => (at === 0 ? line : `    ${line}`)),
  );
  return [first, ...others, '', ...noteLines, '"""'];
}

function marked(text: string): string {
  return text.replaceAll('`', '``').replaceAll('\\', '\\\\');
}
