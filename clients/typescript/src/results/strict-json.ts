/** Results are flat, and what reads them elsewhere may recurse. */
const MAX_DEPTH = 16;
const NUMBER = /-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/**
 * JSON.parse that also refuses what other readers refuse, or read as something else (RFC 8259 4 and 8.2): an object naming
 * a member twice, deep nesting, half of a surrogate pair, a name that begins with U+0000. A number of the outermost object
 * that is spelt with a fraction or an exponent becomes NaN: elsewhere `1.8e9` is no whole number.
 *
 * @throws SyntaxError
 */
export function parseStrictJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const notWhole = refuseAmbiguity(text);
  if (typeof value !== 'object' || value === null || notWhole.length === 0) return value;
  return { ...value, ...Object.fromEntries(notWhole.map((name) => [name, Number.NaN])) };
}

/**
 * Walks a text that is known to be JSON. No recursion, so depth costs no stack.
 *
 * @returns the names in the outermost object of the numbers that are not spelt as whole ones
 */
function refuseAmbiguity(text: string): string[] {
  const open: (Set<string> | undefined)[] = [];
  const notWhole: string[] = [];
  let lastName = '';
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    const names = open.at(-1);
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = endOfString(text, at);
      // Compared unescaped: "n\u006fnce" is "nonce".
      const content = String(JSON.parse(text.slice(at, end)));
      if (/\p{Surrogate}/u.test(content)) throw new SyntaxError('It holds half of a surrogate pair.');
      if (names && isFollowedByColon(text, end)) {
        if (names.has(content)) throw new SyntaxError('A member is named twice.');
        if (content.startsWith('\0')) throw new SyntaxError('A name begins with U+0000.');
        names.add(content);
        lastName = content;
      }
      at = end - 1;
    } else if (character === '-' || (character >= '0' && character <= '9')) {
      NUMBER.lastIndex = at;
      const number = NUMBER.exec(text)?.[0] ?? character;
      if (names && open.length === 1 && /[.eE]/.test(number)) notWhole.push(lastName);
      at += number.length - 1;
    }
    if (open.length > MAX_DEPTH) throw new SyntaxError('It is nested too deeply.');
  }
  return notWhole;
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
