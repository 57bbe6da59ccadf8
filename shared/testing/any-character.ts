import fc from 'fast-check';

const SURROGATES = 0x800;

/**
 * A unit of text: any code point except a lone surrogate, like `unit: 'binary'`, which builds a table of them on first
 * use and costs each test file a second.
 */
export const anyCharacter: fc.Arbitrary<string> = fc
  .nat(0x10ffff - SURROGATES)
  .map((at) => String.fromCodePoint(at < 0xd800 ? at : at + SURROGATES));
