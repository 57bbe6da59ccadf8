import { CountersignError } from '../error.ts';
import { wholeNumber } from '../options.ts';
import { parseStrictJson } from '../results/strict-json.ts';

/** What happened, as the service tells it. */
export interface WebhookEvent {
  /** The same however often this is sent: keep it, and pass over what you have had. */
  id: string;
  /** Such as `user.created` or `authentication`. New kinds may be added: pass over what you do not know. */
  type: string;
  /** When it happened, in ms since 1970; not when it was sent. */
  at: number;
  /** Who did what to whom, by ids. */
  data: Record<string, unknown>;
}

export interface VerifyWebhookOptions {
  /** Milliseconds since the epoch. Default `Date.now`. */
  now?: () => number;
  /** By how much the time of sending may differ from yours. Default 5 minutes, at most an hour. */
  toleranceMs?: number;
}

/** `Headers` of a fetch handler, or the `headers` of a Node request. */
export type WebhookHeaders =
  | { get(name: string): string | null }
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Far above any message of the service. */
const MAX_BODY = 64 * 1024;
/** During a rotation there are two. */
const MAX_SIGNATURES = 10;
const PREFIX = 'whsec_';
/** UTC, as the service writes it: what else `Date.parse` takes for a time differs from runtime to runtime. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;

/**
 * The event in a request that the service sent to your webhook, if it is one: signed with your secret (Standard
 * Webhooks 1.0), and not long ago. Give it the body as it came, before anything has parsed it.
 *
 * It does not know whether you have had the event before: the service sends it again until your 2xx reaches it. So
 * remember `id` for a week, or make what you do harmless when done twice.
 *
 * @param payload the raw body
 * @param secret `whsec_...`, or several while you change it
 * @throws CountersignError with one of the `WEBHOOK_...` codes. Answer 400 then.
 * @example
 * const event = await verifyWebhook(await request.text(), request.headers, process.env.WEBHOOK_SECRET);
 */
export async function verifyWebhook(
  payload: string | Uint8Array,
  headers: WebhookHeaders,
  secret: string | readonly string[] | undefined,
  options: VerifyWebhookOptions = {},
): Promise<WebhookEvent> {
  const toleranceMs = wholeNumber('toleranceMs', options.toleranceMs, { default: 300_000, min: 0, max: 3_600_000 });
  const keys = readSecrets(secret);
  const body = readBody(payload);
  const id = readHeader(headers, 'webhook-id');
  const timestamp = readHeader(headers, 'webhook-timestamp');
  const signatures = readHeader(headers, 'webhook-signature');

  // Whole seconds in plain decimal; `1e9` and `0x10` are other people's numbers.
  if (!/^[1-9]\d{0,11}$/.test(timestamp)) throw refused('WEBHOOK_HEADERS_INVALID', 'webhook-timestamp is no time');
  if (id.includes('.')) throw refused('WEBHOOK_HEADERS_INVALID', 'webhook-id has a dot');
  const now = (options.now ?? Date.now)();
  if (!(Math.abs(now - Number(timestamp) * 1000) <= toleranceMs)) {
    throw refused('WEBHOOK_TIMESTAMP_REFUSED', 'it was sent too long ago, or the clocks differ');
  }
  const signed = concatenate(new TextEncoder().encode(`${id}.${timestamp}.`), body);
  if (!(await isSignedBy(keys, signatures, signed))) {
    throw refused('WEBHOOK_SIGNATURE_WRONG', 'no signature in it is of your secret');
  }
  return readEvent(id, body);
}

async function isSignedBy(keys: Uint8Array<ArrayBuffer>[], header: string, signed: Uint8Array<ArrayBuffer>) {
  const given = header.split(' ');
  if (given.length > MAX_SIGNATURES) return false;
  const signatures = given.flatMap((one) => (one.startsWith('v1,') ? [decodeBase64(one.slice(3))] : []));
  let good = false;
  for (const bytes of keys) {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['verify']);
    for (const signature of signatures) {
      // Compares in constant time.
      if (signature?.length === 32 && (await crypto.subtle.verify('HMAC', key, signature, signed))) good = true;
    }
  }
  return good;
}

function readSecrets(secret: string | readonly string[] | undefined): Uint8Array<ArrayBuffer>[] {
  const texts = typeof secret === 'string' ? [secret] : (secret ?? []);
  const keys = texts.map((text) =>
    typeof text === 'string' && text.startsWith(PREFIX) ? decodeBase64(text.slice(PREFIX.length)) : undefined,
  );
  // An empty key is one that everybody has.
  if (keys.length === 0 || keys.some((key) => key === undefined || key.length < 24)) {
    throw new CountersignError(
      'OPTION_INVALID',
      '"secret" must be the text that begins with whsec_, or a list of such.',
    );
  }
  return keys.filter((key) => key !== undefined);
}

function readBody(payload: unknown): Uint8Array<ArrayBuffer> {
  const bytes =
    typeof payload === 'string'
      ? new TextEncoder().encode(payload)
      : payload instanceof Uint8Array
        ? new Uint8Array(payload)
        : undefined;
  if (!bytes) {
    throw new CountersignError('OPTION_INVALID', '"payload" must be the raw body, before anything has parsed it.');
  }
  if (bytes.length > MAX_BODY) throw refused('WEBHOOK_BODY_INVALID', 'it is too long');
  return bytes;
}

/** Exactly one value; a header given twice says different things to different readers. */
function readHeader(headers: WebhookHeaders, name: string): string {
  const value = isHeaders(headers) ? headers.get(name) : only(headers, name);
  if (typeof value === 'string' && value !== '' && value.length <= 1024) return value;
  throw refused('WEBHOOK_HEADERS_INVALID', `${name} is missing, or there is more than one`);
}

function only(headers: Readonly<Record<string, string | readonly string[] | undefined>>, name: string): unknown {
  const found = Object.entries(headers).filter(([key]) => key.toLowerCase() === name);
  return found.length === 1 ? found[0]?.[1] : undefined;
}

function isHeaders(headers: WebhookHeaders): headers is { get(name: string): string | null } {
  return 'get' in headers && typeof headers.get === 'function';
}

function readEvent(id: string, body: Uint8Array): WebhookEvent {
  let value: unknown;
  try {
    value = parseStrictJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    throw refused('WEBHOOK_BODY_INVALID', 'it is not unambiguous JSON');
  }
  if (!isRecord(value) || !isRecord(value.data) || typeof value.type !== 'string') {
    throw refused('WEBHOOK_BODY_INVALID', 'it is no event');
  }
  const { timestamp } = value;
  const at = typeof timestamp === 'string' && INSTANT.test(timestamp) ? Date.parse(timestamp) : Number.NaN;
  if (!Number.isFinite(at)) throw refused('WEBHOOK_BODY_INVALID', 'its timestamp is no time');
  return { id, type: value.type, at, data: { ...value.data } };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** RFC 4648 section 4, with its padding and nothing else. */
function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text) || text.length > 200)
    return undefined;
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  // Bits beyond the end would give one signature many texts.
  return btoa(String.fromCharCode(...bytes)) === text ? bytes : undefined;
}

function concatenate(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

function refused(
  code: 'WEBHOOK_HEADERS_INVALID' | 'WEBHOOK_TIMESTAMP_REFUSED' | 'WEBHOOK_SIGNATURE_WRONG' | 'WEBHOOK_BODY_INVALID',
  why: string,
): CountersignError {
  return new CountersignError(code, `This is no message of the service to this webhook: ${why}.`);
}
