import { Ajv2020, type AnySchemaObject, type ValidateFunction } from 'ajv/dist/2020.js';

interface Described {
  content?: Record<string, { schema?: AnySchemaObject }>;
}
interface DescribedOperation {
  requestBody?: Described;
  responses: Record<string, Described>;
}
export interface ApiDocument {
  paths: Record<string, Record<string, DescribedOperation>>;
  components: { schemas: Record<string, AnySchemaObject> };
}

export interface Exchange {
  method: string;
  /** Below `/v1`, without the query. */
  path: string;
  /** As it was sent. */
  body?: string | undefined;
}

/** Returns what an exchange contains that the OpenAPI document does not describe; undefined if all is described. */
export type DescribedApi = (exchange: Exchange, answer: Response) => Promise<string | undefined>;

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json$/;

/** Compiles the schemas of a document on first use, so that one checker serves a whole process. */
export function describedApi({ paths, components }: ApiDocument): DescribedApi {
  const ajv = new Ajv2020({ strict: false });
  const $defs: Record<string, AnySchemaObject> = {};
  for (const [name, schema] of Object.entries(components.schemas)) {
    $defs[name] = withLocalReferences(schema, 'open');
    $defs[`closed-${name}`] = withLocalReferences(schema, 'closed');
    $defs[`inside-${name}`] = withLocalReferences(schema, 'inside');
  }
  ajv.addSchema({ $id: 'api', $defs });

  const compiled = new Map<AnySchemaObject, ValidateFunction>();
  const flawOf = (schema: AnySchemaObject, additional: Additional, value: unknown) => {
    const validate = compiled.get(schema) ?? ajv.compile(withLocalReferences(schema, additional));
    compiled.set(schema, validate);
    return validate(value) ? undefined : ajv.errorsText(validate.errors);
  };
  const operations = Object.entries(paths)
    // A literal segment takes precedence over a parameter.
    .sort(([one], [other]) => one.split('{').length - other.split('{').length)
    .map(([path, methods]) => ({ pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`), methods }));

  return async ({ method, path, body }, answer) => {
    const { methods } = operations.find(({ pattern }) => pattern.test(path)) ?? {};
    const operation = methods?.[method.toLowerCase()];
    if (!operation) return undefined;
    const { status } = answer;
    const described = operation.responses[status] ?? (status >= 400 ? operation.responses.default : undefined);
    if (!described) return `the status ${status}`;
    if (!described.content) return (await answer.clone().text()) === '' ? undefined : `a body with ${status}`;
    const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
    const content = described.content[type];
    if (!content) return `the media type ${type} with ${status}`;
    if (!content.schema || !JSON_TYPE.test(type)) return undefined;
    const flaw = flawOf(content.schema, 'closed', await answer.clone().json());
    if (flaw !== undefined) return `in the answer ${status}: ${flaw}`;
    const asked = operation.requestBody?.content?.['application/json']?.schema;
    if (!asked || body === undefined || status >= 400) return undefined;
    const mistake = flawOf(asked, 'open', JSON.parse(body));
    return mistake === undefined ? undefined : `in a request that was taken: ${mistake}`;
  };
}

/**
 * Whether objects may have undescribed properties. `open`: as the document says. `closed`: none. `inside`: part of an
 * `allOf`, whose siblings describe the others; the values of its properties are closed again.
 */
type Additional = 'open' | 'closed' | 'inside';

function withLocalReferences(schema: AnySchemaObject, additional: Additional): AnySchemaObject {
  const inner = additional === 'open' ? 'open' : 'closed';
  const each = (schemas: AnySchemaObject[], how: Additional) => schemas.map((one) => withLocalReferences(one, how));
  const { $ref, properties, items, allOf, anyOf, oneOf, additionalProperties, ...rest } = schema;
  if ($ref !== undefined) {
    const name = String($ref).replace('#/components/schemas/', '');
    return { ...rest, $ref: `api#/$defs/${additional === 'open' ? name : `${additional}-${name}`}` };
  }
  return {
    ...rest,
    ...(properties && {
      properties: Object.fromEntries(
        Object.entries(properties as Record<string, AnySchemaObject>).map(([name, one]) => [
          name,
          withLocalReferences(one, inner),
        ]),
      ),
    }),
    ...(items && { items: withLocalReferences(items, inner) }),
    ...(anyOf && { anyOf: each(anyOf, additional) }),
    ...(oneOf && { oneOf: each(oneOf, additional) }),
    ...(allOf && { allOf: each(allOf, additional === 'open' ? 'open' : 'inside') }),
    ...(allOf && additional === 'closed' && { unevaluatedProperties: false }),
    ...additionalOf(additionalProperties, properties !== undefined, additional),
  };
}

function additionalOf(described: boolean | AnySchemaObject | undefined, isObject: boolean, additional: Additional) {
  if (typeof described === 'object') {
    const inner = additional === 'open' ? 'open' : 'closed';
    return { additionalProperties: withLocalReferences(described, inner) };
  }
  if (described === undefined) return isObject && additional === 'closed' ? { additionalProperties: false } : {};
  return additional === 'inside' ? {} : { additionalProperties: described };
}
