import { describe, expect, test } from 'vitest';
import { openService } from '../server/testing/http-service.ts';
import { SINGLE } from './resources/account.ts';
import { commandOf, commandsOf } from './resources/commands.ts';
import type { FlagType } from './resources/resource-command.ts';
import { RESOURCES } from './resources/resources.ts';
import { type ApiDocument, choicesOf, describeApi, isNullable, type Schema } from './testing/describe-api.ts';

const service = await openService('reaches-everything');
const document = (await (await service.call('GET /v1/openapi.json')).json()) as ApiDocument;
await service.ports.close();
const commands = [...RESOURCES.flatMap(commandsOf), ...SINGLE.map(commandOf)];
const requestOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;

/** Operations that a command of another shape reaches. */
const OTHERWISE = [
  'GET /v1/events/export', // event export
  'GET /v1/events/sealed', // event list --watch
  'GET /v1/users/{id}/data', // user export
  'POST /v1/users/{id}/erasure', // user erase
  'POST /v1/assignments', // assign
  'DELETE /v1/assignments', // unassign
  'POST /v1/bulk/users', // import users
  'POST /v1/bulk/tokens', // import tokens
  'POST /v1/bulk/links', // user send-links
  'POST /v1/token-imports', // import tokens, from files of vendors and apps
  'POST /v1/bulk/assignments', // assign, one by one
];

/** Types that can send null. */
const CAN_BE_NULL: readonly FlagType[] = ['json', 'text', 'user', 'time', 'duration', 'narrowing', 'removal'];

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} /v1${path}`, operation })),
);
const administration = operations.filter(({ operation }) => {
  const scopes = (operation.security ?? []).flatMap(({ apiKey = [] }) => apiKey);
  return scopes.length > 0 && !scopes.includes('authenticate');
});
const commandFor = (name: string) => commands.find((command) => requestOf(command) === name);

test('api.json matches the API: `npm run docs:cli` writes it', async () => {
  const described = describeApi(document, commands.map(requestOf));
  // One line per field.
  const text = JSON.stringify(described, null, 1).replace(/\n {4,}|\n {3}(?=\})/g, ' ');
  await expect(`${text}\n`).toMatchFileSnapshot('resources/api.json');
});

describe('the command line reaches everything that administers an account', () => {
  test('every operation has a command', () => {
    expect(administration.length).toBeGreaterThan(40);
    const missing = administration
      .map(({ name }) => name)
      .filter((name) => !commandFor(name) && !OTHERWISE.includes(name));
    expect(missing).toEqual([]);
  });

  test('no command sends a request that the API does not have', () => {
    const known = new Set(administration.map(({ name }) => name));
    const requests = commands.map(requestOf).filter((name) => name.includes(' /v1/'));
    expect(requests.filter((name) => !known.has(name))).toEqual([]);
    expect(OTHERWISE.filter((name) => !known.has(name))).toEqual([]);
  });

  test('no flag of a command is also a global flag', () => {
    const ofAll = ['json', 'ids', 'field', 'account', 'data', 'url', 'version', 'help', 'limit', 'all'];
    const flags = commands.flatMap(({ body, query }) => [...body, ...query].map(({ flag }) => flag));
    expect(flags.filter((flag) => ofAll.includes(flag))).toEqual([]);
  });

  test.each(administration.filter(({ name }) => commandFor(name)))(
    '$name: every field has a flag',
    ({ name, operation }) => {
      const { body = [], query = [], rows } = commandFor(name) ?? {};
      const schema = operation.requestBody?.content['application/json'].schema;
      const properties = [...new Set(propertiesOf(schema))];
      expect([...new Set(body.map((field) => field.name.split('.')[0]))].sort()).toEqual(properties.sort());
      const inQuery = (operation.parameters ?? []).filter((one) => one.in === 'query').map((one) => one.name);
      const paging = rows?.paged ? ['after', 'limit'] : [];
      expect(query.map((filter) => filter.name).sort()).toEqual(inQuery.filter((one) => !paging.includes(one)).sort());
    },
  );

  test('every flag has help', () => {
    const flags = commands.flatMap(({ verb, path, body, query }) =>
      [...body, ...query].map(({ flag, about }) => ({ verb, path, flag, about })),
    );
    expect(flags.filter(({ about }) => about === '')).toEqual([]);
  });

  test('every note on a flag names a field of a request', () => {
    const unused = RESOURCES.flatMap((resource) => {
      const names = new Set(
        commandsOf(resource)
          .flatMap(({ body, query }) => [...body, ...query])
          .map(({ name }) => name),
      );
      const notes = [resource, ...(resource.actions ?? [])].flatMap(({ flags = {} }) => Object.keys(flags));
      return notes.filter((name) => !names.has(name));
    });
    expect(unused).toEqual([]);
  });
});

describe('the help offers `none` (for JSON `null`) exactly where the API takes null', () => {
  const emptied = commands.flatMap((command) =>
    command.body
      .filter(({ type }) => CAN_BE_NULL.includes(type))
      .map((field) => ({ ...field, command: `${command.verb}, ${requestOf(command)}`, operation: requestOf(command) })),
  );

  test.each(emptied)('--$flag of $command', ({ name, type, about, operation }) => {
    const { operation: described } = administration.find((one) => one.name === operation) ?? {};
    const body = described?.requestBody?.content['application/json'].schema;
    const takesNull = body !== undefined && shapesOf(body, name.split('.')).some(isNullable);
    expect(about.includes(type === 'json' ? '`null`' : '`none`')).toBe(takesNull);
  });
});

/** The properties of all the shapes that a body may have. */
function propertiesOf(schema: Schema | undefined): string[] {
  return choicesOf(document, schema).flatMap(({ properties = {} }) => Object.keys(properties));
}

/** What is at a path below the schema, in any of its shapes. */
function shapesOf(schema: Schema, [name, ...rest]: readonly string[]): Schema[] {
  if (name === undefined) return choicesOf(document, schema);
  return choicesOf(document, schema).flatMap(({ properties = {} }) => {
    const inner = properties[name];
    return inner ? shapesOf(inner, rest) : [];
  });
}
