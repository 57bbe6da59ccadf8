import { html } from 'hono/html';
import { coloured, withCode } from './colour.ts';
import { type ApiDescription, type Entry, examplesIn, type Operation } from './description.ts';
import { bodyFields, fieldList } from './fields.ts';
import { snippetsOf } from './snippets/languages.ts';
import { exampleRequest } from './snippets/request.ts';

const PLACES = { path: 'Path', query: 'Query', header: 'Headers' } as const;

/** One operation: what it takes and returns, and beside it how it is called. */
export function operationPage(api: ApiDescription, entries: readonly Entry[], entry: Entry) {
  const { method, path, tag, title, operation } = entry;
  const at = entries.indexOf(entry);
  return html`<article>
<div class="text">
<p class="tag">${tag}</p>
<h1>${title}</h1>
<p class="line"><span class="method ${method.toLowerCase()}">${method}</span> <code>/v1${path}</code></p>
${operation.description ? html`<p class="lead">${withCode(operation.description)}</p>` : ''}
${credentials(operation)}
${Object.entries(PLACES).map(([place, heading]) => parameters(api, operation, place, heading))}
${operation.requestBody ? html`<h2>Body</h2>${bodyFields(api, firstSchema(operation.requestBody))}` : ''}
${Object.entries(operation.responses ?? {}).map(([status, body]) =>
  status === 'default'
    ? html`<h2>Refusals</h2><p>A problem document with a <a href="/v1/reference/codes">code</a>. <a href="/v1#refusals">How refusals look</a>.</p>`
    : html`<h2>${status} <small>${body.description ?? ''}</small></h2>${bodyFields(api, firstSchema(body))}`,
)}
</div>
<div class="code">
${requestExamples(api, entry)}
${responseExamples(operation)}
</div>
</article>
<nav class="next" aria-label="Next and previous">${step('prev', entries[at - 1])}${step('next', entries[at + 1])}</nav>`;
}

function firstSchema({ content = {} }: NonNullable<Operation['requestBody']>) {
  return Object.values(content)[0]?.schema;
}

function credentials({ security = [] }: Operation) {
  const scope = security.find(({ apiKey }) => apiKey)?.apiKey?.[0];
  const session = security.some(({ session }) => session !== undefined);
  if (scope !== undefined) {
    return html`<p class="note">Needs an <a href="/v1#authentication">API key</a> with the scope <code>${scope}</code>${session ? ', or the session of an administrator' : ''}.</p>`;
  }
  if (session)
    return html`<p class="note">Needs the <a href="/v1#authentication">session</a> of an administrator. An API key cannot call it.</p>`;
  return html`<p class="note">Needs no credentials.</p>`;
}

function parameters(api: ApiDescription, { parameters = [] }: Operation, place: string, heading: string) {
  const found = parameters.filter((one) => one.in === place);
  if (found.length === 0) return '';
  const fields = found.map(({ name = '', required = false, schema = {}, description }) => ({
    name,
    isRequired: required,
    schema: description === undefined ? schema : { ...schema, description },
  }));
  return html`<h2>${heading}</h2>${fieldList(api, fields)}`;
}

function requestExamples(api: ApiDescription, entry: Entry) {
  const snippets = snippetsOf(exampleRequest(api, entry));
  const [, ...others] = examplesIn(entry.operation.requestBody);
  return html`<section aria-labelledby="request"><h2 id="request">Request</h2>
<fieldset class="languages"><legend>Language</legend>${snippets.map(
    ({ language }, at) =>
      html`<label><input type="radio" name="language" value="${language.toLowerCase()}"${at === 0 ? ' checked' : ''}>${language}</label>`,
  )}</fieldset>
${snippets.map(
  ({ language, usesLibrary, text }) =>
    html`<div class="snippet" data-language="${language.toLowerCase()}">${block(text, `${language} example`)}${
      language === 'curl'
        ? ''
        : html`<p class="meta">${usesLibrary ? 'With the client library.' : 'The client library has no method for it.'}</p>`
    }</div>`,
)}
${others.map(({ name, value }) => html`<details><summary>Body for <code>${name}</code></summary>${block(JSON.stringify(value, null, 2), `Body for ${name}`)}</details>`)}
</section>`;
}

function responseExamples({ responses = {} }: Operation) {
  return Object.entries(responses).map(([status, body]) => {
    if (status === 'default') return '';
    const [example] = examplesIn(body);
    const id = `response-${status}`;
    return html`<section aria-labelledby="${id}"><h2 id="${id}">Response <small>${status}</small></h2>${
      example === undefined
        ? html`<p class="meta">Without a body.</p>`
        : block(typeof example.value === 'string' ? example.value : JSON.stringify(example.value, null, 2), 'Response')
    }</section>`;
  });
}

/** Scrolled by the keyboard as well. The script shows the button. */
export function block(text: string, label: string) {
  return html`<div class="block"><button type="button" class="copy" hidden>Copy</button><pre tabindex="0" role="region" aria-label="${label}"><code>${coloured(text)}</code></pre></div>`;
}

function step(direction: 'prev' | 'next', entry: Entry | undefined) {
  if (!entry) return html`<span></span>`;
  return html`<a rel="${direction}" href="/v1/reference/${entry.id}"><small>${direction === 'prev' ? 'Previous' : 'Next'}</small>${entry.title}</a>`;
}
