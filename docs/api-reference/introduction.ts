import { REFUSALS } from '@countersign/protocol/codes';
import { html } from 'hono/html';
import { withCode } from './colour.ts';
import type { ApiDescription, Entry } from './description.ts';
import { fieldList } from './fields.ts';
import { block } from './operation.ts';

/** What holds for every operation. */
export function introductionPage(api: ApiDescription, entries: readonly Entry[]) {
  const base = api.servers?.[0]?.url ?? '';
  const problem = (api.components?.schemas?.Problem ?? {}) as Parameters<typeof fieldList>[1][number]['schema'];
  const first = entries.find(({ id }) => id === 'listUsers') ?? entries[0];
  return html`<article class="plain">
<div class="text">
<p class="tag">Version ${api.info.version}</p>
<h1>${api.info.title}</h1>
<p class="lead">${withCode(api.info.description ?? '')}</p>
<p>For machines: <a href="/v1/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
<h2 id="authentication">Authentication</h2>
<p>Send an API key in each request. Create one in the console or with <code>countersign key create</code>. Keep it on your server: it acts for the account.</p>
${block(`curl ${base}${first?.path ?? ''} \\\n  -H "Authorization: Bearer $COUNTERSIGN_API_KEY"`, 'A request with an API key')}
<p>A key has scopes, and each operation names the one that it needs:</p>
<dl class="fields">
<div><dt><code class="name">authenticate</code></dt><dd>Sign-ins and their results.</dd></div>
<div><dt><code class="name">read</code></dt><dd>Reads users, tokens, resources and events.</dd></div>
<div><dt><code class="name">write</code></dt><dd>Changes them.</dd></div>
<div><dt><code class="name">administer</code></dt><dd>Administrators, API keys, webhooks and the plan.</dd></div>
</dl>
<p>The console uses the session of an administrator instead: the cookie <code>__Host-countersign</code>, and <code>X-CSRF-Token</code> with every change.</p>
<h2 id="refusals">Refusals</h2>
<p>A refusal has an error status and a problem document (RFC 9457). Branch on its <code>code</code>: <a href="/v1/reference/codes">all codes</a>.</p>
${block(JSON.stringify(exampleProblem(), null, 2), 'A refusal')}
${fieldList(
  api,
  Object.entries(problem.properties ?? {}).map(([name, schema]) => ({
    name,
    isRequired: problem.required?.includes(name) === true,
    schema,
  })),
)}
<h2 id="lists">Lists</h2>
<p>A list comes in pages. Pass <code>next</code> as <code>after</code> until it is null: a page can be short, or even empty, without being the last.</p>
<h2 id="repetitions">Repetitions</h2>
<p>Send an <code>Idempotency-Key</code> with what creates something. The same key returns the first response again, for a day, so a lost response creates nothing twice.</p>
<h2 id="versions">Changes at the same time</h2>
<p>A response with one object has an <code>ETag</code>. Send it as <code>If-Match</code>, and a change is refused with <code>VERSION_CONFLICT</code> if the object has changed since.</p>
</div>
</article>`;
}

function exampleProblem() {
  const { title, status } = REFUSALS.INVALID_CREDENTIALS;
  const requestId = '3f1e9f0c-6a55-4b0e-8d7c-0c2b7c5d1a42';
  return { type: 'urn:countersign:refusal:INVALID_CREDENTIALS', title, status, code: 'INVALID_CREDENTIALS', requestId };
}

export function codesPage() {
  return html`<article class="plain">
<div class="text">
<h1>Refusal codes</h1>
<p class="lead">A code never changes its meaning. Its text may be reworded at any time.</p>
<dl class="fields codes">${Object.entries(REFUSALS).map(
    ([code, { status, title }]) =>
      html`<div id="${code}"><dt><code class="name">${code}</code> <span class="type">${status}</span></dt><dd>${title}</dd></div>`,
  )}</dl>
</div>
</article>`;
}
