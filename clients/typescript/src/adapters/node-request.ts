/** What Express and Fastify have of a request of Node. */
export interface IncomingRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Stands for the site in addresses: the handlers compare no host but that of the header Origin. */
const HERE = 'http://site.invalid';
/** Nothing but plain hosts: routers disagree about where the path begins after `?`, `@` and a backslash. */
const WHOLE_ADDRESS = /^https?:\/\/[A-Za-z0-9.:[\]-]+(?<path>\/.*)$/i;
/** Stands for every target that routers and the standard read differently. It is neither a route nor a public page. */
const NO_PAGE = '/*';

/**
 * The web-standard request. The target of a request may be a whole address (RFC 9112 3.2.2), of which only path and query
 * count; one with two slashes first is a path, and no host.
 */
export function toWebRequest(
  { method, headers }: IncomingRequest,
  target: string,
  body?: string | ReadableStream<Uint8Array>,
): Request {
  const init = { method, headers: toHeaders(headers), ...(body !== undefined && { body, duplex: 'half' }) };
  return new Request(HERE + pathOf(target), init);
}

function pathOf(target: string): string {
  const path = target.startsWith('/') ? target : (WHOLE_ADDRESS.exec(target)?.groups?.path ?? NO_PAGE);
  // What the standard would read as another path, such as `/account/..`, routers read as it is.
  const { pathname, search } = new URL(HERE + path);
  return pathname + search === path ? path : NO_PAGE;
}

function toHeaders(from: IncomingRequest['headers']): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(from)) {
    if (name.startsWith(':')) continue;
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  return headers;
}
