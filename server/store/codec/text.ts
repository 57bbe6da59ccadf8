/**
 * Converts text to bytes, one to one. Plain UTF-8 would map every lone surrogate to the same U+FFFD, so two different
 * hostile ids would share a key (SR-51). Such text is written as WTF-8 instead (https://simonsapin.github.io/wtf-8/),
 * which leaves well-formed text unchanged and preserves the order of code points.
 */
export function encodeText(text: string): Buffer {
  if (isWellFormed(text)) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    const lone = point >= 0xd800 && point <= 0xdfff;
    parts.push(
      lone
        ? Buffer.from([0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f)])
        : Buffer.from(character, 'utf8'),
    );
  }
  return Buffer.concat(parts);
}

/** The inverse of {@link encodeText}. */
export function decodeText(bytes: Buffer): string {
  // Well-formed UTF-8 has no surrogate: no 0xed followed by 0xa0 or more.
  let text = '';
  let from = 0;
  for (let at = bytes.indexOf(0xed); at !== -1; at = bytes.indexOf(0xed, at + 1)) {
    const second = bytes[at + 1] ?? 0;
    if (second < 0xa0) continue;
    const third = bytes[at + 2] ?? 0;
    text += bytes.toString('utf8', from, at) + String.fromCharCode(0xd000 | ((second & 0x3f) << 6) | (third & 0x3f));
    from = at + 3;
  }
  return text + bytes.toString('utf8', from);
}

/**
 * True if UTF-8 can represent the text: it has no lone surrogate. (`String.isWellFormed` is missing in the compiler's
 * library.)
 */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
