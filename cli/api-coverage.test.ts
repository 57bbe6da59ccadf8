import { describe, expect, test } from 'vitest';
import { openService } from '../server/testing/http-service.ts';
import { actionsOf } from './commands/actions.ts';
import { SINGLE } from './resources/account.ts';
import type { Action, FlagType } from './resources/resource-command.ts';
import { RESOURCES } from './resources/resources.ts';

interface Operation {
  security?: { apiKey?: string[] }[];
  parameters?: { in: string; name: string }[];
  requestBody?: { content: { 'application/json': { schema: Schema } } };
}
interface Schema {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  oneOf?: Schema[];
  anyOf?: Schema[];
}

const service = await openService('reaches-everything');
const description = (await (await service.call('GET /v1/openapi.json')).json()) as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};
await service.ports.close();
const actions: Action[] = [...RESOURCES.flatMap(actionsOf), ...SINGLE];

/** What a site's backend asks, with a key that authenticates; and what is reached by a command of another shape. */
const OTHERWISE = [
  'GET /v1/events/export', // event export
  'POST /v1/assignments', // assign
  'DELETE /v1/assignments', // unassign
  'POST /v1/bulk/users', // import users
  'POST /v1/bulk/tokens', // import tokens
  'POST /v1/token-imports', // import tokens, from files of vendors and apps
  'POST /v1/bulk/assignments', // assign, one by one
];

/** Types of which null can be sent. */
const CAN_BE_NULL: readonly FlagType[] = ['json', 'text', 'user', 'time', 'duration', 'narrowing', 'removal'];

const operations = Object.entries(description.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} /v1${path}`, operation })),
);
const administration = operations.filter(({ operation }) => {
  const scopes = (operation.security ?? []).flatMap(({ apiKey = [] }) => apiKey);
  return scopes.length > 0 && !scopes.includes('authenticate');
});
const commandOf = (name: string) => actions.find(({ method, path }) => `${method} ${path}` === name);

describe('the command line reaches everything that administers an account', () => {
  test('every operation has a command', () => {
    expect(administration.length).toBeGreaterThan(40);
    const missing = administration
      .map(({ name }) => name)
      .filter((name) => !commandOf(name) && !OTHERWISE.includes(name));
    expect(missing).toEqual([]);
  });

  test('and no command asks for what there is not', () => {
    const known = new Set(administration.map(({ name }) => name));
    const asked = actions.map(({ method, path }) => `${method} ${path}`).filter((name) => name.includes(' /v1/'));
    expect(asked.filter((name) => !known.has(name))).toEqual([]);
    expect(OTHERWISE.filter((name) => !known.has(name))).toEqual([]);
  });

  test('no flag means something else in front of the command', () => {
    const ofAll = ['json', 'ids', 'field', 'account', 'data', 'url', 'version', 'help', 'limit', 'all'];
    const flags = actions.flatMap(({ fields = [], filters = [] }) => [...fields, ...filters].map(({ flag }) => flag));
    expect(flags.filter((flag) => ofAll.includes(flag))).toEqual([]);
  });

  test.each(administration.filter(({ name }) => commandOf(name)))(
    '$name: every field has a flag',
    ({ name, operation }) => {
      const { fields = [], filters = [], rows } = commandOf(name) ?? {};
      const schema = operation.requestBody?.content['application/json'].schema;
      const body = [...new Set(propertiesOf(schema))];
      expect([...new Set(fields.map((field) => field.name.split('.')[0]))].sort()).toEqual(body.sort());
      const inQuery = (operation.parameters ?? []).filter((one) => one.in === 'query').map((one) => one.name);
      const paging = rows?.paged ? ['after', 'limit'] : [];
      expect(filters.map((filter) => filter.name).sort()).toEqual(
        inQuery.filter((one) => !paging.includes(one)).sort(),
      );
    },
  );
});

describe('the help of an option offers `none` (of JSON `null`) where the API takes null, and nowhere else', () => {
  const emptied = actions.flatMap(({ verb, method, path, fields = [] }) =>
    fields
      .filter(({ type }) => CAN_BE_NULL.includes(type))
      .map((field) => ({ ...field, command: `${verb}, ${method} ${path}`, operation: `${method} ${path}` })),
  );

  test.each(emptied)('--$flag of $command', ({ name, type, about, operation }) => {
    const { operation: described } = administration.find((one) => one.name === operation) ?? {};
    const body = described?.requestBody?.content['application/json'].schema;
    const takesNull = body !== undefined && shapesOf(body, name.split('.')).some(isNullable);
    expect(about.includes(type === 'json' ? '`null`' : '`none`')).toBe(takesNull);
  });
});

/** Of all the shapes that a body may have. */
function propertiesOf(schema: Schema | undefined): string[] {
  return choicesOf(schema).flatMap(({ properties = {} }) => Object.keys(properties));
}

/** What is at a place below the schema, in any of its shapes. */
function shapesOf(schema: Schema, [name, ...rest]: readonly string[]): Schema[] {
  if (name === undefined) return choicesOf(schema);
  return choicesOf(schema).flatMap(({ properties = {} }) => {
    const inner = properties[name];
    return inner ? shapesOf(inner, rest) : [];
  });
}

function choicesOf(schema: Schema | undefined): Schema[] {
  const name = schema?.$ref?.split('/').at(-1);
  const shape = name === undefined ? schema : description.components.schemas[name];
  if (!shape) return [];
  return [shape, ...[...(shape.oneOf ?? []), ...(shape.anyOf ?? [])].flatMap(choicesOf)];
}

function isNullable({ type }: Schema): boolean {
  return [type].flat().includes('null');
}
