import { CLAIMS, HEADER, result, type VectorCase, withClaims } from './vector-case.ts';

const JSON_CLAIMS = JSON.stringify(CLAIMS);
const JSON_HEADER = JSON.stringify(HEADER);

/** Spellings that parsers of different languages accept, reject or read differently, found by comparing them. */
export function spellingCases(): VectorCase[] {
  return [...numberCases(), ...characterCases(), ...originCases()];
}

function numberCases(): VectorCase[] {
  const spelt = (name: 'iat' | 'exp' | 'auth_time', text: string): VectorCase => ({
    name: `${name} spelt ${text}`,
    why: 'Some languages cannot tell it from plain digits, so all refuse what the service does not write.',
    jwt: result({ payload: JSON_CLAIMS.replace(`"${name}":${CLAIMS[name]}`, `"${name}":${text}`) }),
    expect: 'RESULT_CLAIMS_INVALID',
  });
  const added = (name: string, text: string) => result({ payload: `${JSON_CLAIMS.slice(0, -1)},"${name}":${text}}` });
  return [
    ...(['iat', 'exp', 'auth_time'] as const).flatMap((name) => {
      const digits = String(CLAIMS[name]);
      return [`${digits}.0`, `${digits}e0`, `${digits}0E-1`, `${digits.slice(0, 1)}.${digits.slice(1)}e+9`].map(
        (text) => spelt(name, text),
      );
    }),
    spelt('auth_time', '0.0'),
    spelt('auth_time', '-0.0'),
    spelt('auth_time', '1e-400'),
    { name: 'nbf spelt 1.7e9', jwt: added('nbf', '1.7e9'), expect: 'RESULT_CLAIMS_INVALID' },
    { name: 'a fraction in a claim that nobody knows', jwt: added('note', '1.5e3'), expect: 'accept' },
  ];
}

function characterCases(): VectorCase[] {
  const payload = (member: string) => result({ payload: `{${member},${JSON_CLAIMS.slice(1)}` });
  const header = (member: string) => result({ header: `{${member},${JSON_HEADER.slice(1)}` });
  const halves = ['\\ud83d', '\\ude00', '\\ude00\\ud83d', 'a\\uD83D b'];
  return [
    ...halves.flatMap((half): VectorCase[] => [
      {
        name: `half of a surrogate pair in a text: ${half}`,
        jwt: payload(`"note":"${half}"`),
        expect: 'RESULT_MALFORMED',
      },
      { name: `half of a surrogate pair in a name: ${half}`, jwt: payload(`"${half}":1`), expect: 'RESULT_MALFORMED' },
      {
        name: `half of a surrogate pair in the header: ${half}`,
        jwt: header(`"note":"${half}"`),
        expect: 'RESULT_MALFORMED',
      },
    ]),
    {
      name: 'half of a surrogate pair deep inside',
      jwt: payload('"note":[{"a":["\\udfff"]}]'),
      expect: 'RESULT_MALFORMED',
    },
    { name: 'a whole surrogate pair, escaped', jwt: payload('"note":"\\ud83d\\ude00"'), expect: 'accept' },
    { name: 'a name that begins with U+0000', jwt: payload('"\\u0000a":1'), expect: 'RESULT_MALFORMED' },
    { name: 'a name that is U+0000', jwt: payload('"\\u0000":1'), expect: 'RESULT_MALFORMED' },
    { name: 'a name that begins with U+0000, in the header', jwt: header('"\\u0000a":1'), expect: 'RESULT_MALFORMED' },
    {
      name: 'a name that begins with U+0000, deep inside',
      jwt: payload('"note":[{"\\u0000":1}]'),
      expect: 'RESULT_MALFORMED',
    },
    { name: 'U+0000 inside a name', jwt: payload('"a\\u0000b":1'), expect: 'accept' },
  ];
}

function originCases(): VectorCase[] {
  const hosts = ['a..b', '.a', 'a..', '.', '..', '1.2.3.4..', '.1.2.3.4'];
  return [
    ...['https', 'http'].flatMap((scheme) =>
      hosts.map((host) => ({
        name: `origin with an empty label: ${scheme}://${host}`,
        jwt: withClaims({ origin: `${scheme}://${host}` }),
        expect: 'RESULT_CLAIMS_INVALID',
      })),
    ),
    ...['xn--', 'xn--a', 'xn--0.pt', 'a.xn--'].map((host) => ({
      name: `origin whose Punycode stands for nothing: https://${host}`,
      why: 'Engines differ in it. The name is compared by its letters, so it is as good as any.',
      jwt: withClaims({ origin: `https://${host}` }),
      expect: 'accept',
    })),
  ];
}
