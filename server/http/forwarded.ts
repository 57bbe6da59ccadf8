import { canonicalAddress } from '../kernel/addresses.ts';

/** The addresses in `X-Forwarded-For`, as written, in order. Proxies append, so only the right end is trustworthy. */
export function splitForwardedFor(header: string): string[] {
  return header.split(',').map((part) => part.trim());
}

/** `token=token` or `token="quoted"`, as in RFC 7239 4, from a position on. Linear: no alternatives overlap. */
const PAIR = /[ \t]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)=(?:([!#$%&'*+\-.^_`|~0-9A-Za-z:[\]]+)|"((?:[^"\\]|\\.)*)")[ \t]*/y;

/**
 * The `for` of each element of a `Forwarded` header (RFC 7239), in order; the empty text if an element has none.
 * Undefined if any part of the header is malformed: an unclosed quote by the client would otherwise swallow what our
 * proxy appended.
 */
export function splitForwarded(header: string): string[] | undefined {
  const elements: string[] = [];
  let at = 0;
  let client = '';
  let named = false;
  while (at < header.length) {
    PAIR.lastIndex = at;
    const match = PAIR.exec(header);
    if (!match) return undefined;
    const [whole, name = '', token, quoted] = match;
    if (name.toLowerCase() === 'for') {
      // Two in one element are ambiguous.
      if (named) return undefined;
      named = true;
      client = token ?? (quoted ?? '').replace(/\\(.)/g, '$1');
    }
    at += whole.length;
    const separator = header[at];
    if (separator === ';') {
      at += 1;
      if (at === header.length) return undefined;
      continue;
    }
    if (separator !== undefined && separator !== ',') return undefined;
    elements.push(client);
    client = '';
    named = false;
    if (separator === ',') {
      at += 1;
      if (at === header.length) return undefined;
    }
  }
  return elements;
}

/** `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80` to the canonical address. */
export function nodeAddress(node: string): string | undefined {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(node);
  if (bracketed?.[1] !== undefined) return bracketed[1].includes(':') ? canonicalAddress(bracketed[1]) : undefined;
  const withPort = /^([\d.]+):\d{1,5}$/.exec(node);
  return canonicalAddress(withPort?.[1] ?? node);
}
