import { type ApiDescription, type Entry, entriesOf } from '../../docs/api-reference/description.ts';
import { exampleRequest } from '../../docs/api-reference/snippets/request.ts';

/** The description of the API and a collection of its requests, by the names of their files. */
export function apiFiles(described: ApiDescription, version: string): Record<string, string> {
  const api = { ...described, info: { ...described.info, version } };
  return {
    'openapi.json': asText(api),
    'countersign-api.postman_collection.json': asText(postmanCollection(api)),
  };
}

/**
 * The requests as a Postman collection (format 2.1): a folder for each
 * tag. The key is a variable, so that none is saved with the requests.
 */
function postmanCollection(api: ApiDescription) {
  const entries = entriesOf(api);
  const tags = [...new Set(entries.map(({ tag }) => tag))];
  return {
    info: {
      name: `${api.info.title} ${api.info.version}`,
      description: api.info.description,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{apiKey}}', type: 'string' }] },
    variable: [
      { key: 'baseUrl', value: api.servers?.[0]?.url ?? '' },
      { key: 'apiKey', value: '' },
    ],
    item: tags.map((tag) => ({
      name: tag,
      item: entries.filter((entry) => entry.tag === tag).map((entry) => postmanRequest(api, entry)),
    })),
  };
}

function postmanRequest(api: ApiDescription, entry: Entry) {
  const { method, id, query, body, access } = exampleRequest(api, entry);
  const { operation, title } = entry;
  const path = entry.path.replace(/\{(\w+)\}/g, ':$1');
  const parameters = Object.entries(query).map(([key, value]) => ({ key, value: String(value) }));
  const search = parameters.map(({ key, value }) => `${key}=${value}`).join('&');
  return {
    name: title,
    request: {
      method,
      description: operation.description ?? '',
      // A session is the cookie of a browser, which the collection cannot have.
      ...(access !== 'key' && { auth: { type: 'noauth' } }),
      header: body ? [{ key: 'Content-Type', value: 'application/json' }] : [],
      url: {
        raw: `{{baseUrl}}${path}${search === '' ? '' : `?${search}`}`,
        host: ['{{baseUrl}}'],
        path: path.split('/').slice(1),
        query: parameters,
        variable: id === undefined ? [] : [{ key: 'id', value: id }],
      },
      ...(body && { body: { mode: 'raw', raw: asText(body).trimEnd(), options: { raw: { language: 'json' } } } }),
    },
    response: [],
  };
}

function asText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
