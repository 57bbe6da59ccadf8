/** Results are flat, and what reads them elsewhere may recurse. */
const MAX_DEPTH = 16;

/**
 * JSON.parse that also refuses an object naming a member twice, and deep nesting. Parsers differ in which of the two
 * they keep, so such a text says different things to different readers (RFC 8259 4).
 *
 * @throws SyntaxError
 */
export function parseStrictJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  refuseAmbiguity(text);
  return value;
}

/** Walks a text that is known to be JSON. No recursion, so depth costs no stack. */
function refuseAmbiguity(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = endOfString(text, at);
      const names = open.at(-1);
      if (names && isFollowedByColon(text, end)) {
        // Compared unescaped: "n\u006fnce" is "nonce".
        const name = String(JSON.parse(text.slice(at, end)));
        if (names.has(name)) throw new SyntaxError('A member is named twice.');
        names.add(name);
      }
      at = end - 1;
    }
    if (open.length > MAX_DEPTH) throw new SyntaxError('It is nested too deeply.');
  }
}

/** The index after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function isFollowedByColon(text: string, from: number): boolean {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\n' || text[at] === '\r') at++;
  return text[at] === ':';
}
