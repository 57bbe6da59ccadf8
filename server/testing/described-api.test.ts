import { describe, expect, test } from 'vitest';
import { describedApi } from './described-api.ts';

const json = (schema: object) => ({ content: { 'application/json': { schema } } });
const named = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
const flawIn = describedApi({
  paths: {
    '/things': {
      post: {
        requestBody: json({ type: 'object', properties: { name: { type: 'string' } }, additionalProperties: false }),
        responses: {
          201: json({ $ref: '#/components/schemas/Thing' }),
          204: {},
          default: { content: { 'application/problem+json': { schema: named } } },
        },
      },
    },
    '/things/{id}': { get: { responses: { 200: json({ $ref: '#/components/schemas/Counted' }) } } },
    '/things/last': { get: { responses: { 204: {} } } },
  },
  components: {
    schemas: {
      Thing: { ...named, properties: { ...named.properties, part: named, tags: { type: 'array', items: named } } },
      Counted: {
        allOf: [{ $ref: '#/components/schemas/Thing' }, { type: 'object', properties: { count: { type: 'integer' } } }],
      },
    },
  },
});

const answer = (status: number, body?: unknown, type = 'application/json') =>
  new Response(body === undefined ? null : JSON.stringify(body), {
    status,
    headers: body === undefined ? {} : { 'content-type': type },
  });
const post = (body?: string) => ({ method: 'POST', path: '/things', body });
const get = (path: string) => ({ method: 'GET', path });

describe('the response checker', () => {
  test('accepts a described exchange, and leaves the body unread', async () => {
    const given = answer(201, { name: 'a', part: { name: 'b' } });
    expect(await flawIn(post('{"name":"a"}'), given)).toBeUndefined();
    expect(await given.json()).toHaveProperty('name', 'a');
    expect(await flawIn(get('/things/1'), answer(200, { name: 'a', count: 1 }))).toBeUndefined();
    expect(await flawIn(get('/things/last'), answer(204))).toBeUndefined();
    expect(await flawIn(post(), answer(404, { name: 'a' }, 'application/problem+json'))).toBeUndefined();
    expect(await flawIn(get('/elsewhere'), answer(404, 'x', 'text/plain'))).toBeUndefined();
  });

  test.each([
    ['a status', post(), answer(200, { name: 'a' }), /the status 200/],
    ['a media type', post(), answer(201, { name: 'a' }, 'text/plain'), /the media type text\/plain/],
    ['a refusal of another media type', post(), answer(404, { name: 'a' }), /the media type application\/json/],
    ['a type', post(), answer(201, { name: null }), /name must be string/],
    ['a field that is missing', post(), answer(201, {}), /required property 'name'/],
    ['another field', post(), answer(201, { name: 'a', more: 1 }), /additional/],
    ['another field in a field', post(), answer(201, { name: 'a', part: { name: 'b', more: 1 } }), /additional/],
    ['another field in a list', post(), answer(201, { name: 'a', tags: [{ name: 'b', more: 1 }] }), /additional/],
    ['another field beside parts', get('/things/1'), answer(200, { name: 'a', more: 1 }), /unevaluated/],
    ['another field inside a part', get('/things/1'), answer(200, { name: 'a', part: { name: 'b', more: 1 } }), /add/],
    ['a request that was taken', post('{"more":1}'), answer(201, { name: 'a' }), /in a request that was taken/],
  ])('finds %s', async (_, exchange, given, flaw) => {
    expect(await flawIn(exchange, given)).toMatch(flaw);
  });

  test('ignores the body of a refused request', async () => {
    const refused = answer(422, { name: 'a' }, 'application/problem+json');
    expect(await flawIn(post('{"more":1}'), refused)).toBeUndefined();
  });
});
