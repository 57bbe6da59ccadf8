import { Validator } from '@seriousme/openapi-schema-validator';
import { beforeAll, expect, test } from 'vitest';
import { type ApiDescription, entriesOf } from '../../docs/api-reference/description.ts';
import { openApiDocument } from '../clients/document.ts';
import { apiFiles } from './api-files.ts';

interface Request {
  name: string;
  request: {
    method: string;
    auth?: { type: string };
    header: { key: string; value: string }[];
    url: {
      raw: string;
      host: string[];
      path: string[];
      query: { key: string; value: string }[];
      variable: { key: string; value: string }[];
    };
    body?: { mode: string; raw: string };
  };
}
interface Collection {
  info: { name: string; schema: string };
  auth: { type: string; bearer: { key: string; value: string }[] };
  variable: { key: string; value: string }[];
  item: { name: string; item: Request[] }[];
}

let api: ApiDescription;
let files: Record<string, string>;
let collection: Collection;
beforeAll(async () => {
  api = (await openApiDocument()) as ApiDescription;
  files = apiFiles(api, '1.2.3');
  collection = JSON.parse(files['countersign-api.postman_collection.json'] ?? '') as Collection;
});

test('openapi.json is valid, has the version of the release and an address that is an example', async () => {
  const document = JSON.parse(files['openapi.json'] ?? '') as ApiDescription;
  expect(await new Validator().validate({ ...document })).toMatchObject({ valid: true });
  expect(document.info.version).toBe('1.2.3');
  expect(document.servers).toEqual([{ url: 'https://auth.example/v1' }]);
});

test('the collection has every operation once, in the folder of its tag', () => {
  const found = collection.item.flatMap(({ name: tag, item }) =>
    item.map(({ name, request }) => [tag, name, request.method]),
  );
  expect(found).toHaveLength(entriesOf(api).length);
  expect(found).toEqual(expect.arrayContaining(entriesOf(api).map(({ tag, title, method }) => [tag, title, method])));
});

test('the parts of an address say the same as the whole, and every variable of it has a value', () => {
  for (const { name, request } of collection.item.flatMap(({ item }) => item)) {
    const { raw, host, path, query, variable } = request.url;
    const search = query.map(({ key, value }) => `${key}=${value}`).join('&');
    expect(raw, name).toBe(`${[...host, ...path].join('/')}${search === '' ? '' : `?${search}`}`);
    const named = path.filter((part) => part.startsWith(':')).map((part) => part.slice(1));
    expect(
      variable.map(({ key }) => key),
      name,
    ).toEqual(named);
    expect(
      variable.every(({ value }) => value !== ''),
      name,
    ).toBe(true);
    const types = request.header.map(({ key, value }) => `${key}: ${value}`);
    expect(types, name).toEqual(request.body ? ['Content-Type: application/json'] : []);
    if (request.body) expect(JSON.parse(request.body.raw), name).toBeTypeOf('object');
  }
});

test('the key is an empty variable, and nothing sends it where no key is taken', () => {
  expect(collection.auth.bearer).toEqual([{ key: 'token', value: '{{apiKey}}', type: 'string' }]);
  expect(collection.variable).toEqual([
    { key: 'baseUrl', value: 'https://auth.example/v1' },
    { key: 'apiKey', value: '' },
  ]);
  const open = entriesOf(api).filter(({ operation }) => !operation.security?.some(({ apiKey }) => apiKey));
  const unsigned = collection.item.flatMap(({ item }) => item.filter(({ request }) => request.auth?.type === 'noauth'));
  expect(unsigned.map(({ name }) => name).sort()).toEqual(open.map(({ title }) => title).sort());
});
