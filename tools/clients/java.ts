import { keyMembers } from './key-members.ts';
import { SECRETS } from './operations.ts';
import type { Api, Group, Operation } from './read-api.ts';
import { bodyText, GENERATED, indent, KIND_TEXTS, wrap } from './text.ts';
import { capital, type Member, type ObjectType, type Type } from './types.ts';

const WIDTH = 110;
const FOLDER = 'src/main/java/dev/countersign/client';
const SCALARS = {
  text: { type: 'String', optional: 'String' },
  integer: { type: 'int', optional: 'Integer' },
  flag: { type: 'boolean', optional: 'Boolean' },
  map: { type: 'Map<String, Object>', optional: 'Map<String, Object>' },
};
const KINDS = { read: 'READ', creation: 'CREATION', once: 'ONCE' };

/** The classes of the Java library, by path. A type that is a part of another is nested in it. */
export function javaFiles({ groups, types }: Api): Map<string, string> {
  const writer = new RecordWriter(types);
  const classes = [
    ...types
      .filter(({ parent }) => parent === undefined)
      .map((type) => [type.name, [...imports(writer.record(type)), ...writer.record(type)]] as const),
    ...groups.map((group) => [capital(group.name), groupClass(group)] as const),
  ];
  return new Map(
    classes.map(([name, lines]) => [
      `${FOLDER}/${name}.java`,
      `${['package dev.countersign.client;', '', ...lines].join('\n')}\n`,
    ]),
  );
}

function imports(lines: readonly string[]): string[] {
  const text = lines.join('\n');
  const names = [
    ['com.fasterxml.jackson.annotation.JsonProperty', /@JsonProperty/],
    ['java.time.Duration', /\bDuration /],
    ['java.time.Instant', /\bInstant /],
    ['java.util.List', /\bList</],
    ['java.util.Map', /\bMap</],
  ] as const;
  const used = names.filter(([, pattern]) => pattern.test(text)).map(([name]) => `import ${name};`);
  return used.length === 0 ? [] : [...used, ''];
}

class RecordWriter {
  readonly #types: ReadonlyMap<string, ObjectType>;

  constructor(types: readonly ObjectType[]) {
    this.#types = new Map(types.map((type) => [type.name, type]));
  }

  record(type: ObjectType): string[] {
    const { name, parent, doc, members } = type;
    const parts = [...this.#types.values()].filter((one) => one.parent === name);
    const notes = members
      .filter((member) => member.doc !== '')
      .map((member) => `@param ${javaName(member)} ${member.doc}`);
    const text = [doc, parent === undefined ? GENERATED : ''].filter((one) => one !== '').join('\n\n');
    const inner = [...parts.map((part) => this.record(part)), ...hiddenSecrets(type)];
    const components = members.map((member) => this.#component(member));
    const head = [...docComment(text, notes), ...recordHead(shortName(type), components)];
    if (inner.length === 0) return [...head.slice(0, -1), `${head.at(-1)}}`];
    const body = inner.flatMap((lines, at) => (at > 0 ? ['', ...lines] : lines));
    return [...head, ...indent(body, '  '), '}'];
  }

  #component(member: Member): string {
    const annotation = javaName(member) === member.name ? '' : `@JsonProperty("${member.name}") `;
    return `${annotation}${this.#memberType(member)} ${javaName(member)}`;
  }

  #memberType({ name, type, isOptional }: Member): string {
    if (type.kind === 'integer' && name.endsWith('Ms')) return 'Duration';
    if (type.kind === 'integer' && /(?:^at|At|^until|Until|Since)$/.test(name)) return 'Instant';
    if (type.kind === 'list' || type.kind === 'object') return this.#reference(type);
    return isOptional ? SCALARS[type.kind].optional : SCALARS[type.kind].type;
  }

  #reference(type: Type): string {
    if (type.kind === 'list') return `List<${this.#reference(type.of)}>`;
    if (type.kind !== 'object') return SCALARS[type.kind].optional;
    const found = this.#types.get(type.name);
    if (found?.parent === undefined) return type.name;
    return `${this.#reference({ kind: 'object', name: found.parent })}.${shortName(found)}`;
  }
}

function recordHead(name: string, components: readonly string[]): string[] {
  const line = `public record ${name}(${components.join(', ')}) {`;
  if (line.length <= WIDTH) return [line];
  return [
    `public record ${name}(`,
    ...components.map((one, at) => `    ${one}${at < components.length - 1 ? ',' : ') {'}`),
  ];
}

/** What a record prints of itself goes to logs. */
function hiddenSecrets(type: ObjectType): string[][] {
  const visible = type.members.filter(({ name }) => !SECRETS.has(name));
  if (visible.length === type.members.length) return [];
  const parts = visible.map((member) => `${javaName(member)}=" + ${javaName(member)}`);
  const lines = ['/** Shows no secret. */', '@Override', 'public String toString() {'];
  return [[...lines, ...concatenation(`return "${shortName(type)}[${parts.join(' + ", ')} + "]";`), '}']];
}

function concatenation(statement: string): string[] {
  if (statement.length + 6 <= WIDTH) return [`  ${statement}`];
  return statement.split(' + ", ').map((part, at) => (at === 0 ? `  ${part}` : `      + ", ${part}`));
}

/** Durations have a unit of their own. */
function javaName({ name, type }: Member): string {
  return type.kind === 'integer' ? name.replace(/Ms$/, '') : name;
}

function shortName({ name, parent = '' }: ObjectType): string {
  return name.slice(parent.length);
}

function groupClass({ name, operations }: Group): string[] {
  const body = operations.flatMap(methods);
  const text = body.join('\n');
  const used = [
    ...(/\bObjectNode /.test(text) ? ['import com.fasterxml.jackson.databind.node.ObjectNode;'] : []),
    ...(/\bList</.test(text) ? ['import java.util.List;'] : []),
  ];
  return [
    ...used,
    'import java.util.Map;',
    '',
    ...docComment(GENERATED, []),
    `public final class ${capital(name)} extends Group {`,
    ...indent([`${capital(name)}(Transport transport) {`, '  super(transport);', '}', ...body], '  '),
    '}',
  ];
}

function methods(operation: Operation): string[] {
  const { shape, returns, path } = operation;
  const item = returns?.name ?? '';
  const members = keyMembers(returns).map((name) => `, "${name}"`);
  const read = `${item}.class${members.join('')}`;
  if (shape === 'nothing') {
    const whole = method(operation, { type: 'void', body: [`send(${request(operation)});`] });
    const { name, query } = operation;
    // A call without what it may leave out.
    const isShort = query.length > 0 && query.every(({ isOptional }) => isOptional);
    return isShort
      ? [...method({ ...operation, query: [] }, { type: 'void', body: [`${name}(id, Map.of());`] }), ...whole]
      : whole;
  }
  if (shape === 'object') {
    const body = [`ObjectNode response = send(${request(operation)});`, `return read(response, ${read});`];
    return method(operation, { type: item, body });
  }
  if (shape === 'rows') {
    return method(operation, { type: `List<${item}>`, body: [`return createRows("${path}", rows, ${item}.class);`] });
  }
  const query = operation.query.filter((one) => one.name !== 'after');
  const all = { ...operation, description: 'All of them, page by page as they are read.', query };
  const page = { ...operation, name: 'page', description: `One page. ${operation.description}` };
  return [
    ...method({ ...all, query: [] }, { type: `Listing<${item}>`, body: ['return list(Map.of());'] }),
    ...method(all, { type: `Listing<${item}>`, body: [`return all("${path}", query, ${read});`] }),
    ...method(page, { type: `Page<${item}>`, body: [`return onePage("${path}", query, ${read});`] }),
  ];
}

function request({ method: verb, path, tail, kind, body, query }: Operation): string {
  const id = tail === '' ? `itemPath("${path}", id)` : `itemPath("${path}", id) + "${tail}"`;
  const given = [
    ...(body.length > 0 ? ['given(body)'] : []),
    ...(query.length > 0 ? ['given(query)'] : []),
    ...(verb === 'POST' ? [`ApiRequest.Kind.${KINDS[kind]}`] : []),
  ];
  return `ApiRequest.${verb.toLowerCase()}(${[tail === undefined ? `"${path}"` : id, ...given].join(', ')})`;
}

function method(operation: Operation, { type, body }: { type: string; body: readonly string[] }): string[] {
  const { name, tail, query, shape, kind, summary, description } = operation;
  const isBulk = shape === 'rows';
  const input = isBulk ? 'List<? extends Map<String, ?>> rows' : 'Map<String, ?> body';
  const parameters = [
    ...(tail === undefined ? [] : ['String id']),
    ...(operation.body.length > 0 ? [input] : []),
    ...(query.length > 0 ? ['Map<String, ?> query'] : []),
  ];
  const names = query.map((one) => `\`${one.name}\`${one.doc === '' ? '' : ` (${one.doc.replace(/\.$/, '')})`}`);
  const notes = [
    ...(operation.body.length > 0 && !isBulk ? [`@param body ${bodyText(operation.body)}`] : []),
    ...(query.length > 0 ? [`@param query ${names.join(', ')}`] : []),
  ];
  return [
    '',
    ...docComment([summary, description, KIND_TEXTS[kind]].filter((text) => text !== '').join(' '), notes),
    `public ${type} ${name}(${parameters.join(', ')}) {`,
    ...indent(body, '  '),
    '}',
  ];
}

function docComment(text: string, notes: readonly string[]): string[] {
  const [first = '', ...paragraphs] = text.split('\n\n');
  const lines = [
    ...(first === '' ? [] : wrapped(first, WIDTH - 4)),
    ...paragraphs.flatMap((paragraph) => ['', ...wrapped(`<p>${paragraph}`, WIDTH - 4)]),
    ...(first === '' || notes.length === 0 ? [] : ['']),
    ...notes.flatMap((note) => wrapped(note, WIDTH - 8).map((line, at) => (at === 0 ? line : `    ${line}`))),
  ];
  if (lines.length === 0) return [];
  if (lines.length === 1) return [`/** ${lines.join('')} */`];
  return ['/**', ...lines.map((line) => ` * ${line}`.trimEnd()), ' */'];
}

/** A blank that no line ends at. */
const JOINED = '\u00a0';

function wrapped(text: string, width: number): string[] {
  const marked = text.replaceAll(/`([^`]*)`/g, (_code, code) => `{@code ${code}}`.replaceAll(' ', JOINED));
  return wrap(marked, width).map((line) => line.replaceAll(JOINED, ' '));
}
