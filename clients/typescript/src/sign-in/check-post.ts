export type PostRefusal = 'METHOD_NOT_ALLOWED' | 'POST_CROSS_SITE';

/**
 * Whether a page of this site sent the request: otherwise another site could sign a visitor in to the attacker's
 * account (login CSRF), or out of their own. Browsers send `Origin` with every POST, so one without it is refused.
 *
 * @param origin the site's own, from its configuration: the request's Host is the sender's to choose
 */
export function checkPost(
  { method, headers }: Pick<Request, 'method' | 'headers'>,
  origin: string,
): PostRefusal | undefined {
  if (method !== 'POST') return 'METHOD_NOT_ALLOWED';
  if (headers.get('origin') !== origin) return 'POST_CROSS_SITE';
  return (headers.get('sec-fetch-site') ?? 'same-origin') === 'same-origin' ? undefined : 'POST_CROSS_SITE';
}

/** What a body says it is; undefined for what the routes do not read. */
export function bodyKind({ headers }: Pick<Request, 'headers'>): 'json' | 'form' | undefined {
  const type = (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/json') return 'json';
  return type === 'application/x-www-form-urlencoded' ? 'form' : undefined;
}
