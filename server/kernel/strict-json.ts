import type { RefusalCode } from '@countersign/protocol/codes';

/** Names that none of our objects has, and that reach into prototypes in careless code. */
export const PROTOTYPE_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Maximum nesting of arrays and objects. */
const MAX_JSON_DEPTH = 32;

type JsonReading = { ok: true; value: unknown } | { ok: false; code: RefusalCode };

// `ignoreBOM` keeps a byte order mark in the text, which JSON.parse then rejects.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Parses JSON (RFC 8259) strictly: valid UTF-8 without a byte order mark, no duplicate name in an object, no prototype
 * names, at most {@link MAX_JSON_DEPTH} levels. Takes time linear in the length (SR-56, SR-57).
 *
 * Codes: JSON_INVALID, JSON_TOO_DEEP, DUPLICATE_NAME, INPUT_INVALID (a prototype name).
 */
export function readStrictJson(bytes: Uint8Array): JsonReading {
  let text: string;
  let value: unknown;
  try {
    text = decoder.decode(bytes);
    value = JSON.parse(text);
  } catch {
    return { ok: false, code: 'JSON_INVALID' };
  }
  // A scalar has no names and no depth.
  if (typeof value !== 'object' || value === null) return { ok: true, value };
  const code = faultOf(text);
  return code === undefined ? { ok: true, value } : { ok: false, code };
}

/** Scans a text that JSON.parse has accepted, so the grammar need not be checked again. */
function faultOf(text: string): RefusalCode | undefined {
  /** Names seen so far in each open object; undefined for an open array. */
  const open: (Set<string> | undefined)[] = [];
  let names: Set<string> | undefined;
  let nameExpected = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case OPEN_OBJECT:
      case OPEN_ARRAY: {
        if (open.length >= MAX_JSON_DEPTH) return 'JSON_TOO_DEEP';
        nameExpected = text.charCodeAt(at) === OPEN_OBJECT;
        names = nameExpected ? new Set() : undefined;
        open.push(names);
        break;
      }
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        open.pop();
        names = open.at(-1);
        nameExpected = false;
        break;
      case COMMA:
        nameExpected = names !== undefined;
        break;
      case QUOTE: {
        const end = endOfString(text, at);
        if (nameExpected && names) {
          const name = decodedString(text, at, end);
          if (PROTOTYPE_NAMES.has(name)) return 'INPUT_INVALID';
          if (names.has(name)) return 'DUPLICATE_NAME';
          names.add(name);
          nameExpected = false;
        }
        at = end;
        break;
      }
      default:
    }
  }
  return undefined;
}

/** Index of the closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    at += code === BACKSLASH ? 2 : 1;
  }
  return at;
}

/** `"\u0061"` and `"a"` are the same name. */
function decodedString(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end);
  return raw.includes('\\') ? String(JSON.parse(text.slice(start, end + 1))) : raw;
}
