import { encode, signWith } from './forge.ts';
import { CLAIMS, HEADER, result, type VectorCase, withClaims } from './vector-case.ts';

const JSON_CLAIMS = JSON.stringify(CLAIMS);
const MIB = 1024 * 1024;

/** Spellings of the text, and of the JSON inside it. */
export function encodingCases(): VectorCase[] {
  return [...textCases(), ...largeTexts(), ...payloadCases(), ...repeatedMembers(), ...acceptedSpellings()];
}

function malformed(name: string, jwt: VectorCase['jwt']): VectorCase {
  return { name, jwt, expect: 'RESULT_MALFORMED' };
}

/** Texts that are not three parts in base64url. */
function textCases(): VectorCase[] {
  const good = result();
  const [header = '', payload = '', signature = ''] = good.split('.');
  return [
    malformed('empty string', ''),
    malformed('one space', ' '),
    malformed('only dots', '..'),
    malformed('one part', header),
    malformed('two parts', `${header}.${payload}`),
    malformed('four parts', `${good}.${signature}`),
    malformed('five parts, as a JWE has', `${header}.${payload}.${payload}.${payload}.${signature}`),
    malformed('a JWE', `${encode({ alg: 'dir', enc: 'A256GCM', typ: HEADER.typ })}..AAAA.AAAA.AAAA`),
    malformed('JSON serialisation', JSON.stringify({ protected: header, payload, signature })),
    malformed('SD-JWT with a disclosure', `${good}~WyJzYWx0IiwiYSIsMV0~`),
    malformed('Bearer in front', `Bearer ${good}`),
    malformed('space in front', ` ${good}`),
    malformed('space at the end', `${good} `),
    malformed('newline at the end', `${good}\n`),
    malformed('newline inside the payload', `${header}.${payload.slice(0, 76)}\n${payload.slice(76)}.${signature}`),
    malformed('spaces around the dots', `${header} . ${payload} . ${signature}`),
    malformed('tab inside the signature', `${header}.${payload}.${signature.slice(0, 40)}\t${signature.slice(40)}`),
    malformed('NUL at the end', `${good}\0`),
    malformed('garbage after the signature', `${good}<script>`),
    malformed('full-width dots', `${header}\uff0e${payload}\uff0e${signature}`),
    malformed('percent-encoded dots', `${header}%2E${payload}%2E${signature}`),
    malformed('padding on the signature', `${good}==`),
    malformed('padding on every part', [header, payload, signature].map(pad).join('.')),
    malformed('base64 alphabet', `${header}.${payload}.${signature.slice(0, -2)}+/`),
    malformed('a lone character at the end of the signature', `${good}AAA`),
    {
      ...malformed('unused bits set at the end of the signature', good.slice(0, -1) + setUnusedBits(good)),
      why: 'Loose decoders read the same bytes. One result, one text (RFC 4648 3.5).',
    },
    // Signed with those bits set, so that nothing else is wrong.
    ...['header', 'payload'].flatMap((part) =>
      [2, 3].map((tail) =>
        malformed(`unused bits set at the end of the ${part}, ${tail} over`, spellLoosely(part, tail)),
      ),
    ),
  ];
}

/** Texts that cost a careless reader its memory or its stack. */
function largeTexts(): VectorCase[] {
  const good = result();
  const [, payload, signature] = good.split('.');
  return [
    malformed('3 MiB of A', { prefix: '', repeat: 'A', times: 3 * MIB, suffix: '' }),
    malformed('3 MiB of dots', { prefix: '', repeat: '.', times: 3 * MIB, suffix: '' }),
    malformed('a good result with 3 MiB after it', { prefix: good, repeat: 'A', times: 3 * MIB, suffix: '' }),
    {
      ...malformed('a header of half a million open brackets', {
        prefix: encode('{"x":'.padEnd(6)),
        repeat: encode('[[['),
        times: 170_000,
        suffix: `.${payload}.${signature}`,
      }),
      why: 'Readers that recurse run out of stack.',
    },
    malformed('a header nested 1 900 deep', result({ header: `{"x":${'['.repeat(1900)}${']'.repeat(1900)}}` })),
  ];
}

/** Payloads that are not one JSON object in UTF-8. */
function payloadCases(): VectorCase[] {
  return [
    malformed('payload is not JSON', result({ payload: 'not json' })),
    malformed('payload is empty', result({ payload: '' })),
    malformed('payload is an array', result({ payload: [CLAIMS] })),
    malformed('payload is a string', result({ payload: JSON.stringify(JSON_CLAIMS) })),
    malformed('payload is a number', result({ payload: '1' })),
    malformed('payload is null', result({ payload: 'null' })),
    malformed('payload is cut off', result({ payload: JSON_CLAIMS.slice(0, -1) })),
    malformed('payload has garbage after it', result({ payload: `${JSON_CLAIMS}garbage` })),
    malformed('payload is two objects', result({ payload: `${JSON_CLAIMS}${JSON_CLAIMS}` })),
    malformed('payload has a comment', result({ payload: `/**/${JSON_CLAIMS}` })),
    malformed('payload has a comma at the end', result({ payload: `${JSON_CLAIMS.slice(0, -1)},}` })),
    malformed('payload has single quotes', result({ payload: JSON_CLAIMS.replaceAll('"', "'") })),
    malformed('payload has NaN', result({ payload: JSON_CLAIMS.replace(`${CLAIMS.exp}`, 'NaN') })),
    malformed('payload begins with a byte order mark', result({ payload: `\ufeff${JSON_CLAIMS}` })),
    malformed('payload is UTF-16', result({ payload: Buffer.from(JSON_CLAIMS, 'utf16le') })),
    malformed(
      'payload is not UTF-8',
      result({ payload: Buffer.from(JSON_CLAIMS.replace('mira', 'mir\u00e4'), 'latin1') }),
    ),
  ];
}

/** Members that are named twice, and JSON that is too deep or too long. */
function repeatedMembers(): VectorCase[] {
  return [
    ...[
      ['nonce', '"another-nonce-0123456789"'],
      ['sub', '"usr_3zzzzzzzzzz"'],
      ['exp', '9999999999'],
      ['n\\u006fnce', '"another-nonce-0123456789"'],
    ].flatMap(([name, value]) => [
      malformed(
        `payload names ${name} twice, the good one last`,
        result({ payload: `{"${name}":${value},${JSON_CLAIMS.slice(1)}` }),
      ),
      malformed(
        `payload names ${name} twice, the good one first`,
        result({ payload: `${JSON_CLAIMS.slice(0, -1)},"${name}" : ${value}}` }),
      ),
    ]),
    malformed(
      'a member named twice inside an unknown claim',
      result({ payload: `${JSON_CLAIMS.slice(0, -1)},"more":[{"a":1,"a":2}]}` }),
    ),
    { name: 'payload nested 16 deep', jwt: result({ payload: nested(15) }), expect: 'accept' },
    malformed('payload nested 17 deep', result({ payload: nested(16) })),
    { name: 'as long as a result may be', jwt: ofLength(8192), expect: 'accept' },
    malformed('one character longer than a result may be', ofLength(8193)),
  ];
}

/** Spellings that look wrong, and are right. */
function acceptedSpellings(): VectorCase[] {
  return [
    {
      name: 'spaces and newlines inside the JSON',
      jwt: result({ payload: JSON.stringify(CLAIMS, null, 2) }),
      expect: 'accept',
    },
    {
      name: 'braces, quotes and colons inside a name are text',
      jwt: withClaims({ preferred_username: '{"nonce":"x","nonce":"y"}\\' }),
      expect: 'accept',
    },
    {
      name: 'what looks like a second nonce is part of a name',
      jwt: withClaims({ preferred_username: 'mira","nonce":"another-nonce-0123456789' }),
      expect: 'accept',
    },
    {
      name: 'brackets in a name open nothing',
      jwt: withClaims({ preferred_username: '{['.repeat(20) }),
      expect: 'accept',
    },
    {
      name: 'the same name in two unknown objects is no repetition',
      jwt: withClaims({ more: [{ a: 1 }, { a: 2 }, 'a'] }),
      expect: 'accept',
    },
    { name: 'a name beyond ASCII', jwt: withClaims({ preferred_username: 'Миpa 😀' }), expect: 'accept' },
  ];
}

/** The object itself is the first level. */
function nested(depth: number): string {
  return `${JSON_CLAIMS.slice(0, -1)},"more":${'['.repeat(depth)}${']'.repeat(depth)}}`;
}

/** A correctly signed result of this length. */
function ofLength(length: number): string {
  for (let blanks = 0; blanks < length; blanks++) {
    const jwt = `${encode(HEADER)}.${encode(JSON_CLAIMS + ' '.repeat(blanks))}.`;
    // A signature has 86 characters.
    if (jwt.length + 86 === length) return result({ payload: JSON_CLAIMS + ' '.repeat(blanks) });
  }
  throw new Error(`No result has ${length} characters.`);
}

function pad(part: string): string {
  return part.padEnd(Math.ceil(part.length / 4) * 4, '=');
}

/** The last character of a text of 4n + 2 characters has four unused bits, of 4n + 3 two. */
function setUnusedBits(text: string, bits = 0b1111): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet.charAt(alphabet.indexOf(text.slice(-1)) | bits);
}

/** A correctly signed result with one part of 4n + `tail` characters, and the unused bits set. */
function spellLoosely(part: string, tail: number): string {
  const spell = (json: string, loosely: boolean) => {
    if (!loosely) return encode(json);
    let padded = json;
    while (encode(padded).length % 4 !== tail) padded += ' ';
    const text = encode(padded);
    return text.slice(0, -1) + setUnusedBits(text, tail === 2 ? 0b1111 : 0b11);
  };
  const signingInput = [spell(JSON.stringify(HEADER), part === 'header'), spell(JSON_CLAIMS, part === 'payload')].join(
    '.',
  );
  return `${signingInput}.${encode(signWith('es256')(Buffer.from(signingInput)))}`;
}
