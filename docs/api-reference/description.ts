/** The parts of an OpenAPI 3.1 document that the reference reads; all optional, since the document is untyped input. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  example?: unknown;
}
interface Media {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, { value?: unknown }>;
}
export interface Parameter {
  name?: string;
  in?: string;
  required?: boolean;
  schema?: Schema;
  description?: string;
}
export interface Body {
  description?: string;
  content?: Record<string, Media>;
}
export interface Operation {
  operationId?: string;
  tags?: string[];
  summary?: string;
  description?: string;
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: Body;
  responses?: Record<string, Body>;
}
export interface ApiDescription {
  info: { title: string; version: string; description?: string };
  servers?: { url: string }[];
  tags?: { name: string }[];
  paths?: Record<string, object>;
  components?: { schemas?: Record<string, unknown> };
}

/** An operation and where it is. */
export interface Entry {
  /** The `operationId`: also its address below `/v1/reference/`. */
  id: string;
  method: string;
  path: string;
  tag: string;
  title: string;
  operation: Operation;
}

export function entriesOf(api: ApiDescription): Entry[] {
  return Object.entries(api.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({
      id: operation.operationId ?? `${method}${path}`,
      method: method.toUpperCase(),
      path,
      tag: operation.tags?.[0] ?? 'Other',
      title: operation.summary ?? path,
      operation,
    })),
  );
}

export function nameOf({ $ref }: Schema): string | undefined {
  return $ref?.split('/').at(-1);
}

export function resolve(api: ApiDescription, schema: Schema): Schema {
  const name = nameOf(schema);
  return name === undefined ? schema : ((api.components?.schemas?.[name] ?? {}) as Schema);
}

/** The bodies that a request or a response shows, by name; one that has no name is called by its media type. */
export function examplesIn(body: Body | undefined): { name: string; value: unknown }[] {
  return Object.entries(body?.content ?? {}).flatMap(([type, { example, examples }]) =>
    examples
      ? Object.entries(examples).map(([name, { value }]) => ({ name, value }))
      : [{ name: type, value: example }],
  );
}
