import type { DescribedApi, DescribedField } from '../resources/commands.ts';
import type { FlagType } from '../resources/resource-command.ts';

export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}
export interface Operation {
  summary?: string;
  security?: { apiKey?: string[] }[];
  parameters?: { in: string; name: string; description?: string; schema: Schema }[];
  requestBody?: { content: { 'application/json': { schema: Schema } } };
}
export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  oneOf?: Schema[];
  anyOf?: Schema[];
}

const MAX_LISTED_VALUES = 8;

/** What the command line needs to know of some requests. */
export function describeApi(document: ApiDocument, requests: readonly string[]): DescribedApi {
  const choices = (schema: Schema | undefined) => choicesOf(document, schema);
  return Object.fromEntries(
    requests.flatMap((request) => {
      const [method = '', path = ''] = request.split(' /v1');
      const operation = document.paths[path]?.[method.toLowerCase()];
      if (operation === undefined) return [];
      const { summary = '', parameters = [], requestBody } = operation;
      const query = parameters.filter((one) => one.in === 'query' && !['after', 'limit'].includes(one.name));
      const shapes = choices(requestBody?.content['application/json'].schema);
      return [[request, { about: asHelp(summary), body: describeBody(shapes), query: describeQuery(query) }]];
    }),
  );

  function describeQuery(parameters: NonNullable<Operation['parameters']>) {
    return Object.fromEntries(
      parameters.map(({ name, description = '', schema }) => [name, describeField(name, [{ ...schema, description }])]),
    );
  }

  function describeBody(shapes: readonly Schema[]) {
    const objects = shapes.filter(({ properties }) => properties !== undefined);
    const names = new Set(objects.flatMap(({ properties = {} }) => Object.keys(properties)));
    return Object.fromEntries(
      [...names].map((name) => {
        const schemas = objects.flatMap(({ properties = {} }) => properties[name] ?? []);
        const required = objects.every((object) => object.required?.includes(name));
        const nullable = schemas.flatMap(choices).some(isNullable);
        const field = describeField(name, schemas);
        return [name, { ...field, ...(required && { required }), ...(nullable && { nullable }) }];
      }),
    );
  }

  function describeField(name: string, schemas: readonly Schema[]): DescribedField {
    const shapes = schemas.flatMap(choices);
    const description = schemas.flatMap((one) => one.description ?? [])[0] ?? '';
    const values = [...new Set(shapes.flatMap((shape) => (shape.items ?? shape).enum ?? []))];
    const type = typeOf(name, shapes, values);
    const listed = type !== 'boolean' && values.length > 0 && values.length <= MAX_LISTED_VALUES;
    const about = [...(listed ? [alternatives(values)] : []), asHelp(description)].filter(Boolean).join('; ');
    return { type, ...(about && { about }) };
  }
}

/** All the shapes that a value may have. */
export function choicesOf(document: ApiDocument, schema: Schema | undefined): Schema[] {
  const name = schema?.$ref?.split('/').at(-1);
  const shape = name === undefined ? schema : document.components.schemas[name];
  if (!shape) return [];
  return [shape, ...[...(shape.oneOf ?? []), ...(shape.anyOf ?? [])].flatMap((one) => choicesOf(document, one))];
}

export function isNullable({ type }: Schema): boolean {
  return [type].flat().includes('null');
}

function typeOf(name: string, shapes: readonly Schema[], values: readonly unknown[]): FlagType {
  const types = new Set(shapes.flatMap(({ type = [] }) => type).filter((type) => type !== 'null'));
  if (types.has('object') || types.size !== 1) return 'json';
  if (types.has('boolean') || [...values].sort().join() === 'false,true') return 'boolean';
  if (types.has('array')) return 'list';
  if (types.has('string')) return 'text';
  return name.endsWith('Ms') ? 'duration' : name.endsWith('At') ? 'time' : 'number';
}

/** The first sentence as a line of help: no capital in front, no full stop. */
function asHelp(text: string): string {
  return text.replace(/\.( .*)?$/s, '').replace(/^[A-Z](?=[a-z ])/, (letter) => letter.toLowerCase());
}

function alternatives(values: readonly unknown[]): string {
  return [values.slice(0, -1).join(', '), values.at(-1)].filter((part) => part !== '').join(' or ');
}
