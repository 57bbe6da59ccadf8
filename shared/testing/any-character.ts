import fc from 'fast-check';

const SURROGATES = 0x800;

/**
 * A unit of text: any code point but half a surrogate pair, as `unit: 'binary'` is. That one builds a table of them all
 * when it is first asked, which takes a second of every file that does.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .nat(0x10ffff - SURROGATES)
  .map((at) => String.fromCodePoint(at < 0xd800 ? at : at + SURROGATES));
