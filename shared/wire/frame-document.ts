import type { SavedLook } from './appearance.ts';
import { escapeHtml } from './escape-html.ts';
import { ICON_LINK } from './icon.ts';

/**
 * The page inside the iframe, as text: the response of `/widget/v1/frame`. Pure strings; every value is escaped here,
 * whatever the caller did.
 */
export interface FrameDocument {
  /** Fresh for each response, the same as in `frameCsp`. */
  nonce: string;
  /** Path of the frame's script, from the build's manifest. */
  script: string;
  /** Paths of scripts that this one will import at once. */
  preload?: readonly string[] | undefined;
  /** The stylesheet itself, from the build: it costs no request of its own. */
  css: string;
  /** Initial BCP 47 tag. */
  lang: string;
  /** Direction of the text. Default `ltr`. */
  dir?: 'ltr' | 'rtl' | undefined;
  /** How the page around wants it drawn. Default: as the user's system prefers. */
  look?: DocumentLook | undefined;
  /** What is saved at the resource, for the frame's script. */
  saved?: SavedLook | undefined;
  /** JSON of the texts that replace ours, for the frame's script: `FrameTexts`. */
  texts?: string | undefined;
  /** The first screen as HTML that contains no unescaped value. Absent: the script draws it. */
  screen?: string | undefined;
  /** Set if that screen is the first step, whose input the script keeps; `passkey`: with a button for passkeys. */
  first?: 'identify' | 'passkey' | undefined;
  /** Origin of the service's own URL. The developer is told if the browser has the frame from another one. */
  expectedAt?: string | undefined;
  /** The resource's name, as its administrators wrote it. The frame shows it above the form. */
  title: string;
  /** If true, the frame offers users a password reset. Default false. */
  passwordReset?: boolean | undefined;
  /** If true, the frame reports browser signals when a sign-in starts. Default false: then it does not read them. */
  comparesBrowsers?: boolean | undefined;
  /** If true, the frame offers users to trust their browser. Default false. */
  trustsBrowsers?: boolean | undefined;
  /** If true, the frame may create a passkey after the sign-in. Default false. */
  upgradesToPasskeys?: boolean | undefined;
  /** If true, the frame says where a code is mailed in place of the password. Default false. */
  mailsCodes?: boolean | undefined;
  /** If true, the frame shows that no user really signs in here. Default false. */
  isTest?: boolean | undefined;
  /** Path of the resource's logo. */
  logo?: string | undefined;
  /** True for a page with its own tab or window, which shows an icon. Default false. */
  hasIcon?: boolean | undefined;
  /** True for our own page behind a mailed enrolment link. Default false. */
  enrols?: boolean | undefined;
  /** True for our own page that leads to the self-service. Default false. */
  self?: boolean | undefined;
  /** Set on our own page for a login request or for an app; absent in a frame or a popup. */
  standalone?: Standalone | undefined;
}

/** A look as the document states it; what is absent follows the user's system. */
export interface DocumentLook {
  tone?: string | undefined;
  colorScheme: string;
  /** Declarations with validated values only. */
  css: string;
}

export interface Standalone {
  /**
   * Id of the login request; its secret is in the fragment of the address, which no server sees. Absent: an app has
   * opened the page.
   */
  request?: string;
  resource: string;
  /** Where the result is posted: the same as in `frameCsp`. For an app: where its code goes. */
  redirectUri: string;
  /** True if the site has named the user. */
  isGiven: boolean;
}

export function frameDocument(document: FrameDocument): string {
  const { lang, title, css, look, screen, saved, isTest, script, preload = [], hasIcon } = document;
  const nonce = `nonce="${escapeHtml(document.nonce)}"`;
  return `<!doctype html>
<html lang="${escapeHtml(lang)}"${document.dir === 'rtl' ? ' dir="rtl"' : ''}${factsOf(document)}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="${escapeHtml(look?.colorScheme ?? 'light dark')}">
<title>${escapeHtml(title)}</title>
${isOwnPage(document) || !saved?.links ? '' : '<base target="_blank">\n'}${hasIcon ? `${ICON_LINK}\n` : ''}<script type="module" src="${escapeHtml(script)}" ${nonce}></script>
${preload.map((path) => `<link rel="modulepreload" href="${escapeHtml(path)}" ${nonce}>\n`).join('')}<style ${nonce}>${css}${isTest ? TEST_STYLE : ''}${document.logo ? LOGO_STYLE : ''}</style>
${look?.css ? `<style id="look" ${nonce}>${look.css}</style>\n` : ''}</head>
<body>${screen ?? ''}${hasIcon ? '' : `<script ${nonce}>${TAKE_INPUT}${originCheck(document)}</script>`}<noscript>Signing in needs JavaScript.</noscript></body>
</html>
`;
}

/** Most logos are drawn for a white background. Like the next one only where it is shown: every frame has the stylesheet. */
export const LOGO_STYLE =
  '.logo{max-width:60%;height:40px;object-fit:contain;object-position:left;padding:var(--light,0) var(--dark,4px 6px);background:var(--light,none) var(--dark,#fff);border-radius:var(--light,0) var(--dark,6px)}[dir="rtl"] .logo{object-position:right}';

/** Of the line that says so; the build's stylesheet is without it, because no user sees it. */
const TEST_STYLE =
  '.test{margin:0 0 20px;padding:8px 12px;font-size:14px;line-height:1.4;font-weight:550;color:#3d2c00;background:#ffe08a;border:1px dashed #8a6700;border-radius:calc(var(--radius)*.5)}';

/**
 * Runs before the frame's script arrives. It shows the frame to the page around, and keeps what the page and the user
 * send meanwhile. A sign-in that this tab has begun may resume at a later step, so then the first one is not shown.
 */
const TAKE_INPUT = `document.currentScript.remove();early=[];onmessage=e=>e.source==parent&&early.push(e);onsubmit=e=>{e.preventDefault();early.sent=1};
try{if(sessionStorage.length){delete document.documentElement.dataset.first;document.forms[0].hidden=1}}catch{}
parent.postMessage({v:1,type:"knock",height:Math.ceil(document.body.firstChild?.getBoundingClientRect().height)},new URLSearchParams(location.search).get("origin"))`;

/** A page of the service, which no page embeds or opens. */
function isOwnPage({ standalone, enrols, self }: FrameDocument): boolean {
  return standalone !== undefined || enrols === true || self === true;
}

/** Says which name the service has, in the console of a page that uses another one. */
function originCheck({ expectedAt }: FrameDocument): string {
  if (expectedAt === undefined) return '';
  const service = JSON.stringify(expectedAt).replaceAll('<', '\\u003c');
  return `;(s=>{if(location.origin!=s)console.error("Countersign SERVICE_DIFFERS: This sign-in is from "+location.origin+", but the URL of the service is "+s+". Use that one. "+s+"/widget/v1/help"+location.search.split("&look")[0]+"#SERVICE_DIFFERS")})(${service})`;
}

/** The modules that only some resources need, by name. */
function extrasOf({ trustsBrowsers, upgradesToPasskeys, mailsCodes }: FrameDocument): string | undefined {
  return (
    [trustsBrowsers && 'trust', upgradesToPasskeys && 'upgrade', mailsCodes && 'mailed'].filter(Boolean).join(' ') ||
    undefined
  );
}

/** The facts for the frame's script, as data attributes; only those that are set. */
function factsOf(document: FrameDocument): string {
  const { passwordReset, comparesBrowsers, isTest, logo } = document;
  const { standalone, enrols, self, look, saved, texts } = document;
  const { request, resource, redirectUri, isGiven } = standalone ?? {};
  const facts = {
    tone: look?.tone,
    saved: saved && Object.keys(saved).length > 0 ? JSON.stringify(saved) : undefined,
    texts,
    first: document.first,
    reset: passwordReset,
    traits: comparesBrowsers,
    extras: extrasOf(document),
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
  /** The origin from the loader; untrusted text. */
  origin: string;
  /** The resource from the loader; untrusted text. */
  resource: string;
}

/** Shown to a developer whose page is not allowed to embed this resource, with instructions to allow it. */
export function refusalDocument({ nonce, origin, resource }: RefusalDocument): string {
  const shownOrigin = escapeHtml(origin.slice(0, 300)) || '(none named)';
  const shownResource = escapeHtml(resource.slice(0, 100)) || '(none named)';
  return developerPage(
    nonce,
    'This page may not embed the sign-in',
    `<p>The sign-in was asked for by the origin <code>${shownOrigin}</code> for the resource <code>${shownResource}</code>,
and no such resource allows that origin.</p>
<p>If the site is yours, add exactly this origin to the allowed origins of the resource. For local development, the
resource can also allow any port of localhost.</p>
<ul>
<li>An origin is scheme, host and port, without a path: <code>https://shop.example</code>.</li>
<li><code>http</code> and <code>https</code>, and <code>shop.example</code> and <code>www.shop.example</code>, are
different origins.</li>
<li>Check that the resource id in the page is the one you mean.</li>
</ul>
<p><a href="/widget/v1/help#ORIGIN_NOT_ALLOWED">Troubleshooting</a></p>`,
  );
}

/**
 * Shown to the developer of an app that opens the sign-in with a wrong address. Users see it only if the app is faulty,
 * or if the address is not from the app.
 */
export function appRefusalDocument({ nonce, problem }: { nonce: string; problem: string }): string {
  return developerPage(
    nonce,
    'This sign-in cannot start',
    `<p>The app has opened an address with a mistake: <code>${escapeHtml(problem.slice(0, 800))}</code></p>
<p>Go back to the app. If it is yours, see &ldquo;Native apps&rdquo; in the documentation.</p>`,
  );
}

function developerPage(nonce: string, title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title}</title>
${ICON_LINK}
<style nonce="${escapeHtml(nonce)}">
body { font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 2rem auto; padding: 0 1rem }
code { font: 0.95em ui-monospace, monospace; overflow-wrap: anywhere }
</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
}

/** The module that says whether the service refuses the frame to the page that imports it. */
export function allowedScript(isAllowed: boolean): string {
  return `export default ${isAllowed};\n`;
}

/** Every header of the frame's response except its CSP. */
export const FRAME_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'x-robots-tag': 'noindex',
  'referrer-policy': 'strict-origin',
  'x-content-type-options': 'nosniff',
  // Pages under `Cross-Origin-Embedder-Policy: require-corp` may embed the frame only with both of these.
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

/** Headers of the frame's hashed files, except their content type. */
export const ASSET_HEADERS = {
  'cache-control': 'public, max-age=31536000, immutable',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
} as const;
