import { html } from 'hono/html';
import { withCode } from './colour.ts';
import { type ApiDescription, nameOf, resolve, type Schema } from './description.ts';

/** More values than this are folded. */
const MAX_VALUES = 6;

interface Field {
  name: string;
  isRequired: boolean;
  schema: Schema;
}

/** The fields of a body, those of an object inside one being folded. A choice of shapes is one list after the other. */
export function bodyFields(api: ApiDescription, schema: Schema | undefined, inside: readonly string[] = []): unknown {
  if (!schema) return '';
  const resolved = resolve(api, schema);
  const shapes = [...(resolved.oneOf ?? resolved.anyOf ?? [])].filter(({ type }) => type !== 'null');
  if (shapes.length > 1) {
    return shapes.map((shape) => {
      const title = titleOf(resolve(api, shape));
      return html`${title === undefined ? '' : html`<h3><code>${title}</code></h3>`}${bodyFields(api, shape, inside)}`;
    });
  }
  const [only] = shapes;
  if (only) return bodyFields(api, only, inside);
  if (resolved.items) return bodyFields(api, resolved.items, inside);
  if (!resolved.properties) return '';
  return fieldList(
    api,
    Object.entries(resolved.properties).map(([name, property]) => ({
      name,
      isRequired: resolved.required?.includes(name) === true,
      schema: property,
    })),
    inside,
  );
}

export function fieldList(api: ApiDescription, fields: readonly Field[], inside: readonly string[] = []) {
  return html`<dl class="fields">${fields.map(({ name, isRequired, schema }) => {
    const full = { ...resolve(api, schema), ...schema };
    const inner = innerOf(api, schema, inside);
    return html`<div><dt><code class="name">${name}</code> <span class="type">${typeOf(full)}</span>${isRequired ? html` <span class="needed">required</span>` : ''}</dt><dd>${full.description ? html`<p>${withCode(full.description)}</p>` : ''}${valuesOf(api, full)}${full.default === undefined ? '' : html`<p class="meta">Default <code>${JSON.stringify(full.default)}</code></p>`}${inner === '' ? '' : html`<details><summary>Its fields</summary>${inner}</details>`}</dd></div>`;
  })}</dl>`;
}

/** A schema that contains itself ends where it comes again. */
function innerOf(api: ApiDescription, schema: Schema, inside: readonly string[]): unknown {
  const target = schema.items ?? schema;
  const name = nameOf(target) ?? (target.anyOf ?? target.allOf ?? []).map(nameOf).find((one) => one !== undefined);
  if (name !== undefined && inside.includes(name)) return '';
  if (name !== undefined) {
    return bodyFields(api, { $ref: `#/components/schemas/${name}` }, [...inside, name]);
  }
  return target.properties || target.oneOf || target.anyOf ? bodyFields(api, target, inside) : '';
}

function valuesOf(api: ApiDescription, schema: Schema): unknown {
  const values = schema.enum ?? (schema.items && resolve(api, schema.items).enum) ?? [];
  if (values.length < 2) return '';
  const list = html`<p class="values">${values.map((value) => html`<code>${String(value)}</code> `)}</p>`;
  return values.length <= MAX_VALUES
    ? list
    : html`<details><summary>${values.length} values</summary>${list}</details>`;
}

export function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum?.length === 1) return JSON.stringify(schema.enum[0]);
  const shapes = schema.oneOf ?? schema.anyOf;
  if (shapes) return [...new Set(shapes.map(typeOf))].join(' or ');
  if (schema.items) return `list of ${typeOf(schema.items)}`;
  return nameOf(schema) ?? [schema.type ?? 'object'].flat().join(' or ');
}

/** The value that tells one shape from the others. */
function titleOf({ properties = {}, required = [] }: Schema): string | undefined {
  for (const name of required) {
    const { const: only, enum: values } = properties[name] ?? {};
    if (only !== undefined) return `${name}: ${JSON.stringify(only)}`;
    if (values) return `${name}: ${values.map((value) => JSON.stringify(value)).join(' or ')}`;
  }
  return undefined;
}
