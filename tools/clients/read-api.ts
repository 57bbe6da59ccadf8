import { GROUPS } from '../../docs/api-reference/library-operations.ts';
import { REPEATABLE, TYPED_OPERATIONS } from './operations.ts';
import { type ApiDocument, jsonOf, type OperationObject, type Schema } from './schema.ts';
import { alternativesOf, type ObjectType, type Scalar, type Type, TypeReader } from './types.ts';

interface Parameter {
  readonly name: string;
  readonly isOptional: boolean;
}

interface QueryParameter extends Parameter {
  readonly type: Scalar;
  readonly doc: string;
}

export interface Operation {
  /** In camel case. */
  readonly name: string;
  readonly method: string;
  /** Below `/v1`, up to the id where there is one. */
  readonly path: string;
  /** What follows the id: empty, or with its slash. Undefined if the path has no id. */
  readonly tail: string | undefined;
  readonly summary: string;
  readonly description: string;
  /** `read` and `creation` may be sent again after a lost response; the latter with the same Idempotency-Key. */
  readonly kind: 'read' | 'creation' | 'once';
  /** `list`: page by page. `rows`: an outcome for each row of the request. */
  readonly shape: 'object' | 'list' | 'rows' | 'nothing';
  /** Of the response, of an item of a list, or of the outcome of a row. */
  readonly returns: ObjectType | undefined;
  /** Members of the request's body. */
  readonly body: readonly Parameter[];
  readonly query: readonly QueryParameter[];
}

export interface Group {
  readonly name: string;
  readonly operations: readonly Operation[];
}

export interface Api {
  readonly groups: readonly Group[];
  /** The types of the responses. */
  readonly types: readonly ObjectType[];
}

/** What the libraries are generated from. */
export function readApi(document: ApiDocument, wanted = { groups: GROUPS, typed: TYPED_OPERATIONS }): Api {
  const types = new TypeReader(document);
  const groups = Object.entries(wanted.groups).map(([name, methods]) => ({
    name,
    operations: Object.entries(methods).map(([method, route]) => readOperation(document, types, method, route)),
  }));
  for (const route of wanted.typed) readOperation(document, types, '', route);
  // Only now are the types complete.
  const complete = new Map(types.types.map((type) => [type.name, type]));
  return {
    types: types.types,
    groups: groups.map(({ name, operations }) => ({
      name,
      operations: operations.map((one) => ({ ...one, returns: complete.get(one.returns ?? '') })),
    })),
  };
}

type NamedOperation = Omit<Operation, 'returns'> & { readonly returns: string | undefined };

function readOperation(document: ApiDocument, types: TypeReader, name: string, route: string): NamedOperation {
  const [method = '', path = ''] = route.split(' ');
  const operation = document.paths[path]?.[method.toLowerCase()];
  if (operation === undefined) throw new Error(`The document has no ${route}.`);
  const [before = '', tail] = path.split('/{id}');
  return {
    name,
    method,
    path: before,
    tail,
    summary: sentence(operation.summary),
    description: sentence(operation.description),
    kind: kindOf(route, operation),
    ...readResponse(operation, types),
    body: bodyOf(operation, types),
    query: queryOf(operation),
  };
}

function readResponse(operation: OperationObject, types: TypeReader): Pick<NamedOperation, 'shape' | 'returns'> {
  const [, success] = Object.entries(operation.responses).find(([status]) => status.startsWith('2')) ?? [];
  const schema = jsonOf(success);
  if (schema === undefined) return { shape: 'nothing', returns: undefined };
  const { items, rows } = types.resolve(schema).properties ?? {};
  const nameOf = (type: Type) => (type.kind === 'object' ? type.name : undefined);
  if (items?.items && hasParameter(operation, 'after')) {
    return { shape: 'list', returns: nameOf(types.read(items.items, '')) };
  }
  const isBulk = types.resolve(jsonOf(operation.requestBody) ?? {}).properties?.rows !== undefined;
  if (rows?.items && isBulk) {
    const name = schema.$ref?.split('/').at(-1)?.replace('BulkAnswer', 'RowOutcome') ?? '';
    return { shape: 'rows', returns: nameOf(types.read(rows.items, name)) };
  }
  return { shape: 'object', returns: nameOf(types.read(schema, '')) };
}

function kindOf(route: string, operation: OperationObject): Operation['kind'] {
  if (route.startsWith('GET ') || REPEATABLE.has(route)) return 'read';
  return hasParameter(operation, 'idempotency-key') ? 'creation' : 'once';
}

function bodyOf(operation: OperationObject, types: TypeReader): Parameter[] {
  const schema = jsonOf(operation.requestBody);
  if (schema === undefined) return [];
  const alternatives = alternativesOf(types.resolve(schema));
  return types.membersOf(alternatives.length > 0 ? alternatives : [schema]);
}

function queryOf({ parameters = [] }: OperationObject): QueryParameter[] {
  return parameters
    .filter((one) => one.in === 'query')
    .map(({ name, required: isRequired = false, schema = {} }) => {
      return { name, isOptional: !isRequired, type: scalarOfQuery(schema), doc: schema.description ?? '' };
    });
}

/** A query has texts alone; what it takes as `true` and `false` is a flag. */
function scalarOfQuery({ type, enum: values }: Schema): Scalar {
  if (type === 'integer') return 'integer';
  return values?.length === 2 && values.includes('true') && values.includes('false') ? 'flag' : 'text';
}

function hasParameter({ parameters = [] }: OperationObject, name: string): boolean {
  return parameters.some((one) => one.name === name);
}

function sentence(text = ''): string {
  return text === '' || /[.!?]$/.test(text) ? text : `${text}.`;
}
