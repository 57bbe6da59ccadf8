import { createHash } from 'node:crypto';
import { REFUSALS } from '@countersign/protocol/codes';
import { ICON_LINK } from '@countersign/protocol/icon';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import type { AppEnv } from '../context.ts';
import { REFERENCE_STYLE } from './reference-style.ts';

/** The parts of an OpenAPI 3.1 document that the page reads; all optional, since the document is untyped input. */
interface Schema {
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
  example?: unknown;
}
interface Operation {
  tags?: string[];
  summary?: string;
  description?: string;
  security?: Record<string, string[]>[];
  parameters?: { name?: string; in?: string; required?: boolean; schema?: Schema; description?: string }[];
  requestBody?: { content?: Record<string, { schema?: Schema }> };
  responses?: Record<string, { description?: string; content?: Record<string, { schema?: Schema }> }>;
}
export interface ApiDescription {
  info: { title: string; version: string; description?: string };
  paths?: Record<string, object>;
  components?: { schemas?: Record<string, unknown> };
}

const STYLE_HASH = createHash('sha256').update(REFERENCE_STYLE).digest('base64');
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;

/**
 * The API reference: one page, rendered once from the same document as `/v1/openapi.json`. It runs no script and loads
 * nothing, so the strictest policy applies.
 */
export function referencePage(description: () => ApiDescription): (c: Context<AppEnv>) => Promise<Response> {
  let page: Promise<Uint8Array<ArrayBuffer>> | undefined;
  return async function showReference(c) {
    page ??= renderPage(description());
    return c.body(await page, 200, {
      'content-security-policy': POLICY,
      'cache-control': 'no-cache',
      'content-type': 'text/html; charset=UTF-8',
    });
  };
}

async function renderPage(api: ApiDescription): Promise<Uint8Array<ArrayBuffer>> {
  const operations = Object.entries(api.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation: operation as Operation })),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? 'Other'))];
  const text = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${api.info.title}</title>
${raw(ICON_LINK)}
<style>${raw(REFERENCE_STYLE)}</style>
</head>
<body>
<header>
<h1>${api.info.title} <small>${api.info.version}</small></h1>
<p>${api.info.description ?? ''}</p>
<p>The same as a machine reads it: <a href="/v1/openapi.json">openapi.json</a>.</p>
<nav aria-label="Operations">${tags.map(
    (tag) =>
      html`<div><strong>${tag}</strong>${operations
        .filter(({ operation }) => (operation.tags?.[0] ?? 'Other') === tag)
        .map(
          ({ method, path, operation }) =>
            html`<a href="#${anchor(method, path)}"><code class="${method}">${method.toUpperCase()}</code> ${operation.summary ?? path}</a>`,
        )}</div>`,
  )}</nav>
</header>
<main>
${operations.map(({ method, path, operation }) => section(api, method, path, operation))}
<section id="codes"><h2>Refusal codes</h2>
<table><thead><tr><th>Code</th><th>Status</th><th>Meaning</th></tr></thead><tbody>
${Object.entries(REFUSALS).map(([code, { status, title }]) => html`<tr><td><code>${code}</code></td><td>${status}</td><td>${title}</td></tr>`)}
</tbody></table></section>
</main>
</body>
</html>`;
  return new TextEncoder().encode(text.toString());
}

function section(api: ApiDescription, method: string, path: string, operation: Operation) {
  const scope = Object.values(operation.security?.[0] ?? {})[0]?.[0];
  const body = Object.values(operation.requestBody?.content ?? {})[0]?.schema;
  const answers = Object.entries(operation.responses ?? {}).filter(([status]) => status !== 'default');
  return html`<section id="${anchor(method, path)}">
<h2>${operation.summary ?? ''}</h2>
<p class="line"><code class="${method}">${method.toUpperCase()}</code> <code>/v1${path}</code> ${scope ? html`<span class="scope">scope ${scope}</span>` : ''}</p>
${operation.description ? html`<p>${operation.description}</p>` : ''}
${operation.parameters?.length ? html`<h3>Parameters</h3>${rows(operation.parameters.map((parameter) => ({ name: `${parameter.name ?? ''}`, where: parameter.in ?? '', required: parameter.required === true, schema: { ...parameter.schema, ...omitUndefined({ description: parameter.description }) } })))}` : ''}
${body ? html`<h3>Body</h3>${fields(api, body)}` : ''}
${answers.map(([status, answer]) => html`<h3>${status} ${answer.description ?? ''}</h3>${fields(api, Object.values(answer.content ?? {})[0]?.schema)}`)}
</section>`;
}

function fields(api: ApiDescription, schema: Schema | undefined): unknown {
  const resolved = resolve(api, schema);
  if (!resolved) return '';
  const alternatives = resolved.oneOf ?? resolved.anyOf;
  if (alternatives) return alternatives.map((alternative) => fields(api, alternative));
  if (!resolved.properties) return '';
  const required = new Set(resolved.required);
  return rows(
    Object.entries(resolved.properties).map(([name, property]) => ({
      name,
      where: '',
      required: required.has(name),
      schema: { ...resolve(api, property), ...property },
    })),
  );
}

function rows(list: { name: string; where: string; required: boolean; schema: Schema }[]) {
  return html`<table><tbody>${list.map(({ name, where, required, schema }) => html`<tr><td><code>${name}</code>${where ? html` <small>${where}</small>` : ''}</td><td>${typeOf(schema)}${required ? '' : html` <small>optional</small>`}</td><td>${schema.description ?? ''}${schema.default === undefined ? '' : html` <small>default <code>${JSON.stringify(schema.default)}</code></small>`}</td></tr>`)}</tbody></table>`;
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (alternatives) return [...new Set(alternatives.map(typeOf))].join(' | ');
  if (schema.items) return `${typeOf(schema.items)}[]`;
  if (schema.$ref) return schema.$ref.split('/').at(-1) ?? '';
  return [schema.type ?? 'object'].flat().join(' | ');
}

function resolve(api: ApiDescription, schema: Schema | undefined): Schema | undefined {
  if (!schema?.$ref) return schema;
  return api.components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''] as Schema | undefined;
}

function anchor(method: string, path: string): string {
  return `${method}${path}`.replace(/[^a-z]+/gi, '-').replace(/-$/, '');
}
