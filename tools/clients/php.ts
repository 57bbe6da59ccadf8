import type { Api, Group, Operation } from './read-api.ts';
import { bodyText, GENERATED, indent, KIND_TEXTS, wrap } from './text.ts';
import { capital, type Member, type ObjectType, type Type } from './types.ts';

const WIDTH = 117;
const KINDS = { read: 'Kind::Read', creation: 'Kind::Creation', once: 'Kind::Once' };
const SCALARS = {
  text: { type: 'string', reader: 'text' },
  integer: { type: 'int', reader: 'number' },
  flag: { type: 'bool', reader: 'flag' },
  map: { type: 'array', reader: 'map' },
};

/** The classes of the PHP library, one to a file, by path. */
export function phpFiles({ groups, types }: Api): Map<string, string> {
  const classes = [
    ...types.map((type) => [type.name, objectClass(type)] as const),
    ...groups.map((group) => [capital(group.name), groupClass(group)] as const),
  ];
  return new Map(classes.map(([name, lines]) => [`src/Api/${name}.php`, `${lines.join('\n')}\n`]));
}

function head(doc: string): string[] {
  return [
    '<?php',
    '',
    'declare(strict_types=1);',
    '',
    'namespace Countersign\\Api;',
    '',
    ...docBlock([doc, GENERATED].filter((text) => text !== '').join('\n\n'), []),
  ];
}

function objectClass({ name, doc, members }: ObjectType): string[] {
  const notes = members
    .filter((member) => member.doc !== '' || member.type.kind === 'list')
    .map((member) => `@param ${documentedType(member)} $${member.name} ${member.doc}`.trim());
  return [
    ...head(doc),
    `final class ${name}`,
    '{',
    ...indent(
      [
        ...docBlock('', notes),
        'public function __construct(',
        ...members.map((member) => `    public readonly ${nativeType(member)} $${member.name},`),
        ') {',
        '}',
        '',
        '/** @internal */',
        'public static function from(Answer $answer): self',
        '{',
        '    return new self(',
        ...members.map((member) => `        ${member.name}: ${readerOf(member)},`),
        '    );',
        '}',
      ],
      '    ',
    ),
    '}',
  ];
}

function nativeType({ type, isOptional }: Member): string {
  const written = type.kind === 'list' ? 'array' : type.kind === 'object' ? type.name : SCALARS[type.kind].type;
  return isOptional ? `?${written}` : written;
}

function documentedType({ type, isOptional }: Member): string {
  const written = (one: Type): string => {
    if (one.kind === 'list') return `list<${written(one.of)}>`;
    return one.kind === 'object' ? one.name : SCALARS[one.kind].type;
  };
  return isOptional ? `${written(type)}|null` : written(type);
}

function readerOf({ name, type, isOptional }: Member): string {
  const call = (reader: string, ...more: string[]) =>
    `$answer->${isOptional ? `optional${capital(reader)}` : reader}(${[`'${name}'`, ...more].join(', ')})`;
  if (type.kind === 'object') return call('object', `${type.name}::from(...)`);
  if (type.kind !== 'list') return call(SCALARS[type.kind].reader);
  if (type.of.kind === 'text') return call('texts');
  if (type.of.kind === 'object') return call('objects', `${type.of.name}::from(...)`);
  throw new Error(`The generator has no PHP for the list ${name}.`);
}

function groupClass({ name, operations }: Group): string[] {
  return [
    ...head(''),
    `final class ${capital(name)} extends Group`,
    '{',
    ...indent(operations.flatMap(methods).slice(1), '    '),
    '}',
  ];
}

function methods(operation: Operation): string[] {
  const { shape, returns, path } = operation;
  const item = returns?.name ?? '';
  if (shape === 'nothing') return method(operation, { type: 'void', statement: `${request(operation)};` });
  if (shape === 'object') {
    return method(operation, { type: item, statement: `return ${item}::from(${request(operation)});` });
  }
  const reader = `${item}::from(...)`;
  if (shape === 'rows') {
    const statement = `return $this->createRows('${path}', $rows, ${reader});`;
    return method(operation, { type: 'array', documented: `list<${item}>`, statement });
  }
  const filters = operation.query.filter((one) => one.name !== 'after');
  const all = { ...operation, description: 'All of them, page by page as they are read.', query: filters };
  const list = `return $this->all('${path}', $query, ${reader});`;
  const page = { ...operation, name: 'page', description: `One page. ${operation.description}` };
  return [
    ...method(all, { type: '\\Generator', documented: `\\Generator<int, ${item}>`, statement: list }),
    ...method(page, {
      type: 'Page',
      documented: `Page<${item}>`,
      statement: `return $this->onePage('${path}', $query, ${reader});`,
    }),
  ];
}

function request({ method: verb, path, tail, kind, body, query }: Operation): string {
  const address = tail === undefined ? `'${path}'` : `self::path('${path}', $id${tail === '' ? '' : `, '${tail}'`})`;
  const given = [body.length > 0 && '$body', query.length > 0 && 'query: $query'].filter(Boolean);
  return `$this->transport->send(${[KINDS[kind], `'${verb}'`, address, ...given].join(', ')})`;
}

interface MethodBody {
  readonly type: string;
  /** Where the type alone does not say it. */
  readonly documented?: string;
  readonly statement: string;
}

function method(operation: Operation, { type, documented, statement }: MethodBody): string[] {
  const { name, tail, query, shape, kind, summary, description, body } = operation;
  const isBulk = shape === 'rows';
  const input = isBulk ? 'rows' : 'body';
  const parameters = [
    ...(tail === undefined ? [] : ['string $id']),
    ...(body.length > 0 ? [`#[\\SensitiveParameter] array $${input}`] : []),
    ...(query.length > 0 ? ['array $query = []'] : []),
  ];
  const names = query.map((one) => `\`${one.name}\`${one.doc === '' ? '' : ` (${one.doc.replace(/\.$/, '')})`}`);
  const notes = [
    ...(isBulk ? ['@param list<array<string, mixed>> $rows'] : []),
    ...(!isBulk && body.length > 0 ? [`@param array<string, mixed> $body ${bodyText(body)}`] : []),
    ...(query.length > 0 ? [`@param array<string, string|int|bool|null> $query ${names.join(', ')}`] : []),
    ...(documented === undefined ? [] : [`@return ${documented}`]),
    '@throws \\Countersign\\Exception\\CountersignException',
  ];
  return [
    '',
    ...docBlock([summary, description, KIND_TEXTS[kind]].filter((text) => text !== '').join(' '), notes),
    `public function ${name}(${parameters.join(', ')}): ${type}`,
    '{',
    `    ${statement}`,
    '}',
  ];
}

function docBlock(text: string, notes: readonly string[]): string[] {
  const lines = [
    ...(text === '' ? [] : wrap(text, WIDTH - 7)),
    ...(text === '' || notes.length === 0 ? [] : ['']),
    ...notes.flatMap((note) => wrap(note, WIDTH - 11).map((line, at) => (at === 0 ? line : `    ${line}`))),
  ];
  if (lines.length === 0) return [];
  return ['/**', ...lines.map((line) => ` * ${line}`.trimEnd()), ' */'];
}
