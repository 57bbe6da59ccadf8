import { csp } from '../../http/csp.ts';

interface FrameCsp {
  /** 16 or more characters of base64 or base64url. */
  nonce: string;
  /** Exact origins that may frame the page. Empty, or none of them well-formed: framing is refused. */
  frameAncestors: readonly string[];
  /** The only address that forms may be posted to. Default: none. */
  formAction?: string | undefined;
  /** True if the page shows an image from this service. Default false. */
  hasLogo?: boolean | undefined;
}

const NONCE = /^[\w+/=-]{16,128}$/;
const PATH = /^\/[\w.~%/-]*$/;
const ORIGIN = /^https?:\/\/(?:[a-z0-9_*.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** The frame's `Content-Security-Policy`. A malformed origin is dropped so that it cannot end the directive. */
export function frameCsp({ nonce, frameAncestors, formAction, hasLogo }: FrameCsp): string {
  const own = nonceSource(nonce);
  const ancestors = frameAncestors.filter((origin) => ORIGIN.test(origin));
  return csp({
    // Modules that the frame loads later (languages) carry the nonce of the script that imports them.
    'script-src': own,
    'style-src': own,
    'connect-src': "'self'",
    // A page that is never framed has an icon in its tab.
    'img-src': hasLogo || ancestors.length === 0 ? "'self'" : undefined,
    'frame-ancestors': ancestors.length > 0 ? ancestors.join(' ') : "'none'",
    'base-uri': "'none'",
    'form-action': formAction === undefined ? "'none'" : sourceOf(formAction),
    'require-trusted-types-for': "'script'",
    'trusted-types': "'none'",
  });
}

/** The policy of `refusalDocument`: no script, no framing. */
export function refusalCsp(nonce: string): string {
  return csp({ 'style-src': nonceSource(nonce), 'img-src': "'self'" });
}

/** Converts an address to a CSP source: without its query, which the grammar does not allow (CSP 3, 2.3.1). */
function sourceOf(address: string): string {
  const { origin, pathname } = new URL(address);
  return ORIGIN.test(origin) && PATH.test(pathname) ? origin + pathname : "'none'";
}

function nonceSource(nonce: string): string {
  if (!NONCE.test(nonce)) throw new TypeError('A CSP nonce is 16 to 128 characters of base64.');
  return `'nonce-${nonce}'`;
}
