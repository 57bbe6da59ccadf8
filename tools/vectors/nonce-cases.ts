import { NONCE, type VectorCase, withClaims } from './vector-case.ts';

interface NonceCase extends VectorCase {
  /** True if a sign-in can start with the expected nonce. */
  usable: boolean;
  options: { nonce: string | null };
}

const WRONG = 'RESULT_NONCE_WRONG';
const MAX_NONCE = 'n'.repeat(256);

/** The nonce in the visitor's session (`options.nonce`; null: none), with a result that is otherwise correct. */
export function nonceCases(): NonceCase[] {
  return [
    ...usableNonces().map(([name, nonce]) => same(`the nonce of this sign-in: ${name}`, nonce, true)),
    ...usableNonces().map(([name, nonce]) => differs(`another's nonce in the result: ${name}`, nonce, NONCE, true)),
    // The result matches, but no sign-in could have started with that nonce.
    ...unusableNonces().map(([name, nonce]) => same(`unusable, and the same in the result: ${name}`, nonce, false)),
    ...unusableNonces().map(([name, nonce]) =>
      differs(`unusable, a good one in the result: ${name}`, nonce, NONCE, false),
    ),
    ...[
      ['one character more', `${NONCE}0`],
      ['one character less', NONCE.slice(0, -1)],
      ['only its beginning', NONCE.slice(0, 16)],
      ['the first character differs', `N${NONCE.slice(1)}`],
      ['the last character differs', `${NONCE.slice(0, -1)}0`],
      ['in capitals', NONCE.toUpperCase()],
      ['a line feed after it', `${NONCE}\n`],
      ['a NUL after it', `${NONCE}\0`],
      ['a NUL after it, and more', `${NONCE}\0more`],
      ['percent-encoded', NONCE.replace('~', '%7E')],
      ['empty', ''],
      ['missing', undefined],
      ['null', null],
      ['false', false],
      ['true', true],
      ['zero', 0],
      ['a list of it', [NONCE]],
      ['an object of it', { nonce: NONCE }],
    ].map(([name, claim]) => differs(`the result's nonce: ${name}`, NONCE, claim, true)),
    ...[undefined, null, '', '0', 'null', 'undefined', 'None', NONCE].map((claim) =>
      differs(`the session has none, the result's is ${JSON.stringify(claim) ?? 'missing'}`, null, claim, false),
    ),
    ...['1', '2e1', '0x10', '0'].map((number) =>
      differs(
        `numbers that are equal: ${number.padStart(20, '0')}`,
        number.padStart(20, '0'),
        number.padStart(21, '0'),
        true,
      ),
    ),
    differs('both are zero in scientific notation', `0e${'1'.repeat(20)}`, `0e${'2'.repeat(20)}`, true),
  ];
}

function usableNonces(): [string, string][] {
  return [
    ['as short as can be', 'n'.repeat(16)],
    ['as long as can be', MAX_NONCE],
    ['every kind of character', 'ABCXYZabcxyz0189_.~-'],
    ['digits alone', '0123456789012345'],
    ['dots alone', '.'.repeat(16)],
    ['192 bits in base64url', 'Zm9yLXRlc3QtdmVjdG9ycy1vbmx5LTE_'],
  ];
}

function unusableNonces(): [string, string][] {
  return [
    ['empty', ''],
    ['a blank', ' '],
    ['guessable', '1'],
    ['15 characters', 'n'.repeat(15)],
    ['257 characters', 'n'.repeat(257)],
    ['16 blanks', ' '.repeat(16)],
    ['a blank inside', 'n0nce-Of this.sign~in'],
    ['a blank before it', ` ${NONCE}`],
    ['a line feed after it', `${NONCE}\n`],
    ['a carriage return after it', `${NONCE}\r`],
    ['a NUL after it', `${NONCE}\0`],
    ['a tab inside', 'n0nce-Of\tthis.sign~in'],
    ['base64 with + and /', 'n0nce+Of/this0sign0in0=='],
    ['padded base64url', 'n0nce-Of_this-sign-in-01=='],
    ['a quotation mark', 'n0nce-Of"this.sign~in'],
    ['markup', '<script>n0nce</script>'],
    ['letters beyond ASCII', 'nöncé-Of_this.sign~in'],
    ['digits beyond ASCII', '٠١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦'],
    ['full-width letters', 'ｎｏｎｃｅｎｏｎｃｅｎｏｎｃｅｎ'],
    ['eight emojis: 16 halves', '🦊'.repeat(8)],
    ['the name of a prototype', '__proto__'],
  ];
}

function same(name: string, nonce: string, usable: boolean): NonceCase {
  return { name, jwt: withClaims({ nonce }), expect: usable ? 'accept' : WRONG, usable, options: { nonce } };
}

function differs(name: string, nonce: string | null, claim: unknown, usable: boolean): NonceCase {
  return { name, jwt: withClaims({ nonce: claim }), expect: WRONG, usable, options: { nonce } };
}
