import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError } from '@countersign/protocol/coded-error';
import { parseUrl } from '@countersign/protocol/parse-url';
import { Unreachable, UsageError } from '../connection/service.ts';
import { escapeControls } from '../output/table.ts';

/** Another account, behind the API that published Protectimus libraries use. It is only read. */
export interface Source {
  /**
   * What `response` holds.
   *
   * @param path such as `user-service/users`
   * @throws SourceRefused if the source refuses; {@link Unreachable} if it does not answer, or not in the expected form
   */
  read(path: string, query?: Readonly<Record<string, string | number>>): Promise<Record<string, unknown>>;
  /** Its host, for messages. */
  readonly name: string;
}

interface SourceOptions {
  url: string;
  login: string;
  key: string;
  now?: () => number;
  /** Milliseconds between attempts. */
  pause?: (ms: number) => Promise<unknown>;
  timeoutMs?: number;
}

/** The source refused, with a code of its own. */
export class SourceRefused extends CodedError {
  readonly code = 'SOURCE_REFUSED';
  /** The source's own code, such as 5001. */
  readonly sourceCode: number;
  constructor(sourceCode: number, message: string) {
    super(message);
    this.sourceCode = sourceCode;
  }
}

const MAX_ATTEMPTS = 4;
const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 60_000;
/** A page of a hundred objects has about 50 kB. */
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_MESSAGE_LENGTH = 300;

/** A failure that may not recur. */
class TransientFailure extends CodedError {
  readonly code = 'TRANSIENT';
  readonly waitMs: number;
  constructor(message: string, waitMs = 0) {
    super(message);
    this.waitMs = waitMs;
  }
}

/**
 * Opens a source. Nothing it sends is trusted: neither length nor form. Redirects are not followed, since they would
 * carry the credentials along.
 */
export function openSource(options: SourceOptions): Source {
  const base = baseOf(options.url);
  if (options.login === '' || options.login.includes(':'))
    throw new UsageError('--login: the login of an administrator');
  if (options.key === '') throw new UsageError('the API key of the other account is empty');
  const pause = options.pause ?? sleep;
  return {
    name: base.origin,
    async read(path, query = {}) {
      const url = new URL(`${base.href}${path}.json`);
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
      for (let tries = 1; ; tries++) {
        try {
          return await request(url, options);
        } catch (error) {
          if (!(error instanceof TransientFailure)) throw error;
          // Every request is a read, so it can be repeated.
          if (tries === MAX_ATTEMPTS) throw new Unreachable(`${base.origin}: ${error.message}`);
          const grown = FIRST_PAUSE_MS * 2 ** (tries - 1);
          await pause(Math.min(Math.max(grown, error.waitMs), MAX_PAUSE_MS));
        }
      }
    },
  };
}

function baseOf(text: string): URL {
  const url = parseUrl(text);
  if (!url) throw new UsageError('--from: must be a URL such as https://api.protectimus.com');
  const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback)) {
    throw new UsageError('--from: credentials can be sent only over https, or to this machine');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new UsageError('--from: only the address, without credentials, query or fragment');
  }
  // Libraries are configured with the path of the API or without it.
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith('/api/v1') ? `${path}/` : `${path}/api/v1/`;
  return url;
}

/** The password of the protocol: a hash of the key and the hour in UTC. */
export function hourlyPassword(key: string, now: number): string {
  const [date = '', time = ''] = new Date(now).toISOString().split('T');
  return createHash('sha256')
    .update(`${key}:${date.replaceAll('-', '')}:${time.slice(0, 2)}`, 'utf8')
    .digest('hex');
}

async function request(url: URL, { login, key, now = Date.now, timeoutMs = 30_000 }: SourceOptions) {
  const password = hourlyPassword(key, now());
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        authorization: `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`,
        accept: 'application/json',
      },
    });
    text = await readBounded(answer);
  } catch (error) {
    if (error instanceof Unreachable) throw error;
    throw new TransientFailure(`no answer: ${reasonOf(error)}`);
  }
  if (answer.status === 401) {
    throw new UsageError(`${url.origin} rejected this login and key, or the clock of this machine is wrong`);
  }
  const requested = Number(answer.headers.get('retry-after') ?? 0);
  const waitMs = Number.isFinite(requested) && requested > 0 ? requested * 1000 : 0;
  if (answer.status === 429 || answer.status >= 500)
    throw new TransientFailure(`an answer of ${answer.status}`, waitMs);
  if (answer.status === 403) throw new UsageError(`${url.origin} denies access to this machine`);
  if (answer.status !== 200)
    throw new Unreachable(`${url.origin}: unexpected response (${answer.status}), not from this API`);
  return responseOf(url, text);
}

/** Reads a body, up to the size that a page can have. */
async function readBounded(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of answer.body ?? []) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new Unreachable('a response is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function responseOf(url: URL, text: string): Record<string, unknown> {
  const holder = objectOf(objectOf(parse(text))?.responseHolder);
  const response = objectOf(holder?.response);
  if (holder?.status === 'OK' && response) return response;
  const error = objectOf(holder?.error);
  if (holder?.status !== 'FAILURE' || !error) {
    throw new Unreachable(`${url.origin}: unexpected response, not from this API`);
  }
  const code = numberIn(error.code);
  const message = typeof error.message === 'string' ? error.message.slice(0, MAX_MESSAGE_LENGTH) : '';
  // The source or its database failed.
  if (code === 3001 || code === 8001) throw new TransientFailure(`${code} ${escapeControls(message)}`);
  throw new SourceRefused(Number.isInteger(code) ? code : 9001, message);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export function objectOf(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as Record<string, unknown>;
}

/** A number given as number or text; else NaN. Converting other objects may throw. */
export function numberIn(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'TimeoutError') return 'it took too long';
  return error.cause instanceof Error ? error.cause.message : error.message;
}
