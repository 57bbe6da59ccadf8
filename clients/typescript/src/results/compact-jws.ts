import { CountersignError } from '../error.ts';
import { parseStrictJson } from './strict-json.ts';

/** Far above any real result (about 800 characters), far below what costs anything to look at. */
export const MAX_RESULT_LENGTH = 8192;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export type JsonObject = Record<string, unknown>;

export interface CompactJws {
  header: JsonObject;
  /** Not to be looked into before the signature is known to be right. */
  payload: Uint8Array;
}

/**
 * Takes a compact JWS apart (RFC 7515 7.1) and insists on one spelling: canonical base64url without padding, no spaces,
 * no member named twice in the header. Says nothing about the signature.
 */
export function parseCompactJws(jwt: unknown): CompactJws {
  if (typeof jwt !== 'string') throw malformed('it is not a string');
  if (jwt.length > MAX_RESULT_LENGTH) throw malformed('it is too long');
  const segments = jwt.split('.');
  const [headerText, payloadText, signatureText] = segments;
  if (segments.length !== 3 || headerText === undefined || payloadText === undefined || signatureText === undefined) {
    throw malformed('it does not have three parts');
  }
  const header = parseObject(decodeBase64url(headerText), 'header');
  const payload = decodeBase64url(payloadText);
  decodeBase64url(signatureText);
  return { header, payload };
}

/** The JSON object in these bytes: UTF-8 without a byte order mark, no member named twice. */
export function parseObject(bytes: Uint8Array, part: 'header' | 'payload'): JsonObject {
  let value: unknown;
  try {
    value = parseStrictJson(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw malformed(`its ${part} is not unambiguous JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed(`its ${part} is not a JSON object`);
  }
  return { ...value };
}

/** RFC 4648 section 5, refusing padding and set bits past the end (3.5), which would give one result many texts. */
function decodeBase64url(text: string): Uint8Array<ArrayBuffer> {
  const tail = text.length % 4;
  const unusedBits = tail === 2 ? 0b1111 : tail === 3 ? 0b11 : 0;
  if (!/^[A-Za-z0-9_-]*$/.test(text) || tail === 1 || (ALPHABET.indexOf(text.at(-1) ?? 'A') & unusedBits) !== 0) {
    throw malformed('it is not canonical base64url');
  }
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function malformed(why: string): CountersignError {
  return new CountersignError('RESULT_MALFORMED', `This is not a result: ${why}.`);
}
