import SwaggerParser from '@apidevtools/swagger-parser';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { z } from '@hono/zod-openapi';
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nativeApi } from '../../composition/api-routes.ts';
import { openService, type Service } from '../../testing/http-service.ts';

// Client generators and readers of the reference page see nothing but this document, so it has to be complete.

interface Media {
  schema?: AnySchemaObject;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}
interface Operation {
  operationId?: string;
  summary?: string;
  parameters?: { name: string; in: string; description?: string; schema: AnySchemaObject }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { description?: string; content?: Record<string, Media> }>;
}
interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, AnySchemaObject> };
}
/** A body as its route declares it. */
interface Declared {
  content?: Record<string, { schema?: unknown }>;
}
/** A field or a parameter, and where it is. */
interface Part {
  where: string;
  schema: AnySchemaObject;
}

let service: Service;
let document: ApiDocument;
let operations: [name: string, operation: Operation][];
beforeAll(async () => {
  service = await openService('api-document');
  document = (await (await service.call('GET /v1/openapi.json')).json()) as ApiDocument;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
  );
});
afterAll(() => service.ports.close());

// The parser that generators of clients use, which knows the specification's own schema and resolves every reference.
test('is valid to a parser of others', async () => {
  const copy = JSON.parse(JSON.stringify(document));
  await expect(SwaggerParser.validate(copy)).resolves.toMatchObject({ openapi: '3.1.0' });
});

test('every list says what is in it', () => {
  const lists = allSchemas().filter(({ schema }) => [schema.type].flat().includes('array'));
  expect(lists.length).toBeGreaterThan(50);
  expect(lists.filter(({ schema }) => schema.items === undefined).map(({ where }) => where)).toEqual([]);
});

test('every operation has an id of its own and a summary of one line', () => {
  expect(operations.length).toBeGreaterThan(100);
  expect(new Set(operations.map(([, { operationId }]) => operationId)).size).toBe(operations.length);
  for (const [name, { operationId, summary }] of operations) {
    // A verb and a noun.
    expect(operationId, name).toMatch(/^[a-z]+(?:[A-Z][a-z]+)*$/);
    expect(summary, name).toMatch(/^[A-Z][^\n]{5,90}[^.\s]$/);
  }
});

test('every schema, parameter and field is described', () => {
  const undescribed = Object.entries(document.components.schemas)
    .filter(([, { description }]) => !isText(description))
    .map(([name]) => name);
  for (const { where, schema } of allParts()) if (!isDescribed(schema)) undescribed.push(where);
  for (const [name, { responses }] of operations) {
    for (const [status, { description }] of Object.entries(responses)) {
      if (!isText(description)) undescribed.push(`${name} ${status}`);
    }
  }
  expect(undescribed).toEqual([]);
});

test('every text and number has an example, and each example is valid', () => {
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema({ $id: 'api', ...document });
  const without: string[] = [];
  const invalid: string[] = [];
  for (const { where, schema } of allParts()) {
    if (schema.example === undefined && needsExample(schema)) without.push(where);
  }
  for (const { where, schema } of allSchemas()) {
    const { example, ...rest } = schema;
    if (example !== undefined && !ajv.validate(withAbsoluteReferences(rest), example)) {
      invalid.push(`${where}: ${ajv.errorsText()}`);
    }
  }
  expect(without).toEqual([]);
  expect(invalid).toEqual([]);
});

test('every body has examples, and the schema that validates it accepts each', () => {
  const app = nativeApi(service.ports, { issuer: 'https://auth.example', version: '1' });
  const declared = new Map(
    app.openAPIRegistry.definitions.flatMap((one) =>
      one.type === 'route' ? [[`${one.route.method} ${one.route.path}`, one.route]] : [],
    ),
  );
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema({ $id: 'api', ...document });
  const flaws: string[] = [];
  for (const [name, { requestBody, responses }] of operations) {
    const { request, responses: answers } = declared.get(name) ?? {};
    const bodies = [
      { where: `${name}, request`, described: requestBody, validating: request?.body as Declared | undefined },
      ...Object.entries(responses).map(([status, described]) => ({
        where: `${name}, ${status}`,
        described,
        validating: answers?.[status] as Declared | undefined,
      })),
    ];
    for (const { where, described, validating } of bodies) {
      for (const [type, media] of Object.entries(described?.content ?? {})) {
        const schema = validating?.content?.[type]?.schema;
        if (!(schema instanceof z.ZodType)) throw new Error(`${where}: no schema`);
        const examples =
          'example' in media ? [media.example] : Object.values(media.examples ?? {}).map((one) => one.value);
        if (examples.length === 0) flaws.push(`${where}: no example`);
        for (const example of examples) {
          const read = schema.safeParse(example);
          if (!read.success) flaws.push(`${where}: ${read.error.message}`);
          // The rows of a bulk request are validated one by one, so only the document describes them.
          if (!ajv.validate(withAbsoluteReferences(media.schema ?? {}), example))
            flaws.push(`${where}: ${ajv.errorsText()}`);
        }
      }
    }
  }
  expect(flaws).toEqual([]);
});

function allParts(): Part[] {
  const schemas = Object.entries(document.components.schemas).flatMap(([name, schema]) => partsOf(name, schema));
  const own = operations.flatMap(([name, { parameters = [], requestBody, responses }]) => [
    ...parameters.map((one) => ({
      where: `${name} ${one.in} ${one.name}`,
      schema: { ...omitUndefined({ description: one.description }), ...one.schema },
    })),
    ...[requestBody, ...Object.values(responses)]
      .flatMap((body) => Object.values(body?.content ?? {}))
      .flatMap(({ schema }) => (schema ? partsOf(name, schema) : [])),
  ]);
  return [...schemas, ...own];
}

/** Every schema, at every depth. */
function allSchemas(): Part[] {
  const found: Part[] = [];
  const walk = (where: string, value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    const schema = value as AnySchemaObject;
    const isSchema = ['type', '$ref', 'oneOf', 'anyOf', 'allOf'].some((name) => Object.hasOwn(schema, name));
    if (isSchema && !where.endsWith('/properties')) found.push({ where, schema });
    for (const [name, inner] of Object.entries(schema)) {
      if (name !== 'example' && name !== 'examples') walk(`${where}/${name}`, inner);
    }
  };
  walk('#/components/schemas', document.components.schemas);
  walk('#/paths', document.paths);
  return found;
}

/** The fields of a schema, at every depth but not behind references. */
function partsOf(where: string, schema: AnySchemaObject): Part[] {
  const { properties = {}, items, additionalProperties, oneOf = [], anyOf = [], allOf = [] } = schema;
  const fields = Object.entries(properties as Record<string, AnySchemaObject>).map(([name, field]) => ({
    where: `${where}.${name}`,
    schema: field,
  }));
  const inside = [items, additionalProperties, ...oneOf, ...anyOf, ...allOf].filter(
    (one): one is AnySchemaObject => typeof one === 'object',
  );
  return [
    ...fields,
    ...fields.flatMap((field) => partsOf(field.where, field.schema)),
    ...inside.flatMap((one) => partsOf(where, one)),
  ];
}

const isText = (text: unknown): boolean => typeof text === 'string' && text.length > 2;

/** By itself, or by the schema that it refers to. */
function isDescribed(schema: AnySchemaObject): boolean {
  return isText(schema.description) || referencesOf(schema).length > 0;
}

function referencesOf({ $ref, anyOf = [], allOf = [] }: AnySchemaObject): string[] {
  return [$ref, ...[...anyOf, ...allOf].map((one: AnySchemaObject) => one.$ref)].filter((one) => one !== undefined);
}

function needsExample(schema: AnySchemaObject): boolean {
  const [type] = [schema.type].flat();
  if (schema.enum || schema.const !== undefined || schema.default !== undefined) return false;
  if (type === 'array') return needsExample(schema.items ?? {}) && schema.items.example === undefined;
  return ['string', 'integer', 'number'].includes(type);
}

function withAbsoluteReferences(schema: AnySchemaObject): AnySchemaObject {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api#/')) as AnySchemaObject;
}
