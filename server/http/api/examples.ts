/** The parts of an OpenAPI 3.1 document that examples are made from. */
interface ExampleSchema {
  $ref?: string;
  type?: string | string[];
  example?: unknown;
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  properties?: Record<string, ExampleSchema>;
  required?: string[];
  items?: ExampleSchema;
  oneOf?: ExampleSchema[];
  anyOf?: ExampleSchema[];
  allOf?: ExampleSchema[];
}
interface Media {
  schema?: ExampleSchema;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}
interface Body {
  content?: Record<string, Media>;
}
interface Operation {
  requestBody?: Body;
  responses?: Record<string, Body>;
}
interface Document {
  paths?: Record<string, object>;
  components?: { schemas?: Record<string, unknown> };
}

/**
 * Gives every body of a document an example, made from the examples of its required fields, or of its first field if it
 * requires none. What an object declares as its own example is added to them: it is for fields that only some objects
 * have, and for requests of which the least is not the usual.
 */
export function withExamples<D extends Document>(document: D): D {
  const schemas = Object.entries((document.components?.schemas ?? {}) as Record<string, ExampleSchema>);
  return {
    ...document,
    paths: mapValues(document.paths ?? {}, (methods) => mapValues(methods as Record<string, Operation>, inOperation)),
    components: {
      ...document.components,
      schemas: Object.fromEntries(schemas.map(([name, schema]) => [name, completed(schema)])),
    },
  };

  function inOperation(operation: Operation): Operation {
    const { requestBody, responses = {} } = operation;
    return {
      ...operation,
      ...(requestBody && { requestBody: inBody(requestBody) }),
      responses: mapValues(responses, inBody),
    };
  }

  function inBody(body: Body): Body {
    return body.content
      ? { ...body, content: mapValues(body.content, (media) => ({ ...exampleIn(media), ...media })) }
      : body;
  }

  /** A choice of shapes has one example for each, named by the value that tells it from the others. */
  function exampleIn({ schema = {} }: Media): Media {
    const { example, oneOf, anyOf = [] } = resolve(schema);
    const shapes = (oneOf ?? anyOf).map(resolve).filter(({ type }) => type !== 'null');
    if (example !== undefined || shapes.length < 2) return { example: exampleOf(schema) };
    const named = shapes.map((shape, at) => [nameOf(shape) ?? `${at + 1}`, { value: exampleOf(shape) }]);
    return { examples: Object.fromEntries(named) };
  }

  function exampleOf(unresolved: ExampleSchema): unknown {
    const schema = resolve(unresolved);
    const { example, const: only, enum: values, default: usual, oneOf, anyOf, allOf, properties } = schema;
    if (properties && example !== null) return objectOf(schema);
    if (example !== undefined) return example;
    if (only !== undefined) return only;
    if (usual !== undefined && usual !== null) return usual;
    if (values) return values[0];
    if (allOf) return Object.assign({}, ...allOf.map(exampleOf));
    const [first] = (oneOf ?? anyOf ?? []).filter(({ type }) => type !== 'null');
    if (first) return exampleOf(first);
    const [type] = [schema.type].flat();
    if (type === 'array') return [exampleOf(schema.items ?? {})];
    if (type === 'boolean') return true;
    return type === 'object' ? {} : null;
  }

  function objectOf({ properties = {}, required = [], example }: ExampleSchema): object {
    const declared = Object(example) as Record<string, unknown>;
    const needed = required.length > 0 || example !== undefined ? required : Object.keys(properties).slice(0, 1);
    const shown = Object.keys(properties).filter((name) => needed.includes(name) || name in declared);
    return Object.fromEntries(
      shown.map((name) => [name, name in declared ? declared[name] : exampleOf(properties[name] ?? {})]),
    );
  }

  /** The example of an object as a reader of the document expects it, at every depth: valid by itself. */
  function completed(schema: ExampleSchema): ExampleSchema {
    const { properties, items, oneOf, anyOf, allOf } = schema;
    const all = (schemas: readonly ExampleSchema[]) => schemas.map(completed);
    return {
      ...schema,
      ...(properties && { properties: mapValues(properties, completed) }),
      ...(items && { items: completed(items) }),
      ...(oneOf && { oneOf: all(oneOf) }),
      ...(anyOf && { anyOf: all(anyOf) }),
      ...(allOf && { allOf: all(allOf) }),
      ...(properties && schema.example !== undefined && schema.example !== null && { example: objectOf(schema) }),
    };
  }

  function resolve(schema: ExampleSchema): ExampleSchema {
    if (schema.$ref === undefined) return schema;
    return (document.components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''] ?? {}) as ExampleSchema;
  }
}

/** The kind of an object, by its first required field that has few values. */
function nameOf({ properties = {}, required = [] }: ExampleSchema): string | undefined {
  const [value] = required.flatMap((name) => properties[name]?.const ?? properties[name]?.enum?.slice(0, 1) ?? []);
  return value === undefined ? undefined : String(value);
}

function mapValues<T, U>(record: Record<string, T>, to: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, to(value)]));
}
