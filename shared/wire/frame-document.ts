import { ICON_LINK } from './icon.ts';

/**
 * The page inside the iframe, as text: what the server answers at `/widget/v1/frame`. Pure strings; every value is
 * escaped here, whatever the caller did.
 */
export interface FrameDocument {
  /** Fresh for each answer, the same as in `frameCsp`. */
  nonce: string;
  /** Paths of the frame's script and stylesheet, from the build's manifest. */
  script: string;
  style: string;
  /** BCP 47 tag until the frame knows better. */
  lang: string;
  /** The resource's name, as its administrators wrote it. The frame shows it above the form. */
  title: string;
  /** Whether the frame offers people a link to a new password. Default false. */
  passwordReset?: boolean | undefined;
  /** Whether the frame says what its browser is like when a sign-in begins. Default false: then it does not look. */
  comparesBrowsers?: boolean | undefined;
  /** Whether to say that nobody really signs in here. Default false. */
  isTest?: boolean | undefined;
  /** Path of the resource's logo. */
  logo?: string | undefined;
  /** Whether the page has a tab or window of its own, which shows an icon. Default false. */
  hasIcon?: boolean | undefined;
  /** Our own page that a mailed link to an enrolment leads to. Default false. */
  enrols?: boolean | undefined;
  /** Our own page that leads to the self-service. Default false. */
  self?: boolean | undefined;
  /** Our own page for a login request; absent in a frame or a popup. */
  standalone?: Standalone | undefined;
}

export interface Standalone {
  /** Id of the login request; its secret is in the fragment of the address, which no server sees. */
  request: string;
  resource: string;
  /** Where the result is posted to: the same as in `frameCsp`. */
  redirectUri: string;
  /** Whether the site has said who signs in. */
  isGiven: boolean;
}

export function frameDocument(document: FrameDocument): string {
  const { nonce, script, style, lang, title } = document;
  return `<!doctype html>
<html lang="${escapeHtml(lang)}"${factsOf(document)}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
${document.hasIcon ? `${ICON_LINK}\n` : ''}<link rel="stylesheet" href="${escapeHtml(style)}" nonce="${escapeHtml(nonce)}">
<script type="module" src="${escapeHtml(script)}" nonce="${escapeHtml(nonce)}"></script>
</head>
<body>
<noscript>Signing in needs JavaScript.</noscript>
</body>
</html>
`;
}

/** What the frame's script has to know, as data attributes; only those that say something. */
function factsOf({ passwordReset, comparesBrowsers, isTest, logo, standalone, enrols, self }: FrameDocument): string {
  const { request, resource, redirectUri, isGiven } = standalone ?? {};
  const facts = {
    reset: passwordReset,
    traits: comparesBrowsers,
    test: isTest,
    logo,
    request,
    resource,
    return: redirectUri,
    given: isGiven,
    enrols,
    self,
  };
  return Object.entries(facts)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) => (value === true ? ` data-${name}` : ` data-${name}="${escapeHtml(`${value}`)}"`))
    .join('');
}

export interface RefusalDocument {
  nonce: string;
  /** The origin the loader named; untrusted text. */
  origin: string;
  /** The resource the loader named; untrusted text. */
  resource: string;
}

/** What is shown to a developer whose page is not allowed to embed this resource, and how to allow it. */
export function refusalDocument({ nonce, origin, resource }: RefusalDocument): string {
  const shownOrigin = escapeHtml(origin.slice(0, 300)) || '(none named)';
  const shownResource = escapeHtml(resource.slice(0, 100)) || '(none named)';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>This page may not embed the sign-in</title>
${ICON_LINK}
<style nonce="${escapeHtml(nonce)}">
body { font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 2rem auto; padding: 0 1rem }
code { font: 0.95em ui-monospace, monospace; overflow-wrap: anywhere }
</style>
</head>
<body>
<main>
<h1>This page may not embed the sign-in</h1>
<p>The sign-in was asked for by the origin <code>${shownOrigin}</code> for the resource <code>${shownResource}</code>,
and no such resource allows that origin.</p>
<p>If the site is yours, add exactly this origin to the allowed origins of the resource. For local development, the
resource can also allow any port of localhost.</p>
<ul>
<li>An origin is scheme, host and port, without a path: <code>https://shop.example</code>.</li>
<li><code>http</code> and <code>https</code>, and <code>shop.example</code> and <code>www.shop.example</code>, are
different origins.</li>
<li>Check that the resource id in the page is the one you mean.</li>
</ul>
</main>
</body>
</html>
`;
}

export interface FrameCsp {
  /** 16 or more characters of base64 or base64url. */
  nonce: string;
  /** Exact origins that may be around the frame. Empty, or none of them well-formed: nobody may. */
  frameAncestors: readonly string[];
  /** The only address that forms may be posted to. Default: none. */
  formAction?: string | undefined;
  /** Whether there is an image of our own to show. Default false. */
  hasLogo?: boolean | undefined;
}

const NONCE = /^[\w+/=-]{16,128}$/;
const PATH = /^\/[\w.~%/-]*$/;
const ORIGIN = /^https?:\/\/(?:[a-z0-9_*.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** The frame's `Content-Security-Policy`. A malformed origin is left out rather than allowed to end the directive. */
export function frameCsp({ nonce, frameAncestors, formAction, hasLogo }: FrameCsp): string {
  checkNonce(nonce);
  const ancestors = frameAncestors.filter((origin) => ORIGIN.test(origin));
  return [
    "default-src 'none'",
    // Modules that the frame loads later (languages) carry the nonce of the script that asks for them.
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    // A page that is never framed has an icon in its tab.
    ...(hasLogo || ancestors.length === 0 ? ["img-src 'self'"] : []),
    `frame-ancestors ${ancestors.length > 0 ? ancestors.join(' ') : "'none'"}`,
    "base-uri 'none'",
    `form-action ${formAction === undefined ? "'none'" : sourceOf(formAction)}`,
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

/** An address as a source of a policy: without its query, which the grammar has no place for (CSP 3, 2.3.1). */
function sourceOf(address: string): string {
  const { origin, pathname } = new URL(address);
  return ORIGIN.test(origin) && PATH.test(pathname) ? origin + pathname : "'none'";
}

/** The policy of `refusalDocument`: nothing runs, nobody embeds it. */
export function refusalCsp(nonce: string): string {
  checkNonce(nonce);
  return `default-src 'none'; style-src 'nonce-${nonce}'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;
}

/** Every header of the frame's answer but its CSP. */
export const FRAME_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'strict-origin',
  'x-content-type-options': 'nosniff',
  // Pages under `Cross-Origin-Embedder-Policy: require-corp` may embed the frame only if it says both of these.
  'cross-origin-resource-policy': 'cross-origin',
  'cross-origin-embedder-policy': 'require-corp',
} as const;

/** Every header of a loader file (`countersign.js`, `*.mjs`). */
export const LOADER_HEADERS = {
  'content-type': 'text/javascript; charset=utf-8',
  'cache-control': 'public, max-age=300, stale-while-revalidate=86400',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'cross-origin',
  // Module scripts are always fetched with CORS, and so are classic ones with `integrity`.
  'access-control-allow-origin': '*',
} as const;

/** Headers of the frame's hashed files, but their content type. */
export const ASSET_HEADERS = {
  'cache-control': 'public, max-age=31536000, immutable',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
} as const;

function checkNonce(nonce: string): void {
  if (!NONCE.test(nonce)) throw new TypeError('A CSP nonce is 16 to 128 characters of base64.');
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
