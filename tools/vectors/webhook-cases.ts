import { createHmac } from 'node:crypto';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import {
  BODY,
  type Body,
  bytesOf,
  EVENT,
  FOREIGN_KEY,
  type Header,
  header,
  headers,
  hmac,
  ID,
  KEY,
  MESSAGE,
  NEXT,
  NEXT_KEY,
  NOW,
  SECRET,
  signatureOf,
  spellLoosely,
} from './webhook-message.ts';

export interface WebhookCase {
  name: string;
  /** The reason, if the name does not say it. */
  why?: string;
  /** As received, in order, with duplicates. */
  headers: Header[];
  body: Body;
  /** `accept`, or the code of the refusal. */
  expect: string;
  /** The event of an accepted one. */
  event?: { id: string; type: string; at: number; data: object };
  /** Differences from the defaults. */
  options?: { secrets?: string[]; now?: number; toleranceMs?: number };
  /** The service sends exactly these headers for that message, with these secrets in this order. */
  sent?: { id: string; at: number; secrets: string[] };
}

const MIB = 1024 * 1024;

export const WEBHOOK_DEFAULTS = { secrets: [SECRET], now: NOW, toleranceMs: 300_000 };

/** Messages that anyone may send to the URL of a webhook, and some that the service sends. */
export function webhookCases(): WebhookCase[] {
  return [...acceptedCases(), ...signatureCases(), ...timeCases(), ...headerCases(), ...bodyCases(), ...secretCases()];
}

function acceptedCases(): WebhookCase[] {
  const other = {
    type: 'authentication',
    timestamp: '2027-01-15T07:59:59.123Z',
    data: { subject: 'usr_ö 😀', note: '{"a":1}' },
  };
  return [
    { ...taken('as the service sends it'), sent: { id: ID, at: NOW, secrets: [SECRET] } },
    {
      ...taken('names of headers in capitals'),
      headers: headers().map(({ name, value }) => ({ name: name.toUpperCase(), value })),
    },
    {
      ...taken('other headers among them'),
      headers: [header('Host', 'shop.example'), ...headers(), header('Accept', '*/*')],
    },
    {
      ...taken('while the secret changes: both sign, the old one is known', headers({ keys: [NEXT_KEY, KEY] })),
      sent: { id: ID, at: NOW, secrets: [NEXT, SECRET] },
    },
    {
      ...taken('while the secret changes: both sign, the new one is known', headers({ keys: [NEXT_KEY, KEY] })),
      options: { secrets: [NEXT] },
    },
    { ...taken('while the secret changes: one signs, both are known'), options: { secrets: [NEXT, SECRET] } },
    {
      ...taken('a signature of a scheme that nobody knows is passed over', [
        ...headers().slice(0, 2),
        header('webhook-signature', `v1a,AAAA v2,${'A'.repeat(43)}= ${signatureOf()}`),
      ]),
    },
    {
      name: 'another event, beyond ASCII, with fractions of a second',
      ...sign(JSON.stringify(other)),
      expect: 'accept',
      event: { id: ID, type: other.type, at: Date.parse(other.timestamp), data: other.data },
    },
    {
      name: 'members that nobody knows',
      ...sign(JSON.stringify({ ...MESSAGE, version: 2 })),
      expect: 'accept',
      event: { id: ID, ...EVENT },
    },
    {
      name: 'blanks and line feeds inside the JSON',
      ...sign(JSON.stringify(MESSAGE, null, 2)),
      expect: 'accept',
      event: { id: ID, ...EVENT },
    },
    { ...taken('sent just within the tolerance'), options: { now: NOW + 300_000 } },
    { ...taken('of a clock that is ahead by just the tolerance'), options: { now: NOW - 300_000 } },
    { ...taken('no tolerance, and just now'), options: { toleranceMs: 0 } },
  ];
}

function signatureCases(): WebhookCase[] {
  const wrong = (name: string, signature: string, why?: string): WebhookCase => ({
    name,
    ...(why && { why }),
    headers: [...headers().slice(0, 2), header('webhook-signature', signature)],
    body: BODY,
    expect: 'WEBHOOK_SIGNATURE_WRONG',
  });
  const changed = (name: string, body: string): WebhookCase => ({
    name,
    headers: headers(),
    body,
    expect: 'WEBHOOK_SIGNATURE_WRONG',
  });
  const good = signatureOf();
  const base64 = good.slice(3);
  return [
    wrong('signed with another secret', signatureOf({ keys: [FOREIGN_KEY] })),
    wrong('signed with two other secrets', signatureOf({ keys: [FOREIGN_KEY, NEXT_KEY] })),
    wrong('signed with an empty secret', signatureOf({ keys: [new Uint8Array()] })),
    wrong('signed with the text of the secret', signatureOf({ keys: [Buffer.from(SECRET)] })),
    wrong('signed with the base64 of the secret', signatureOf({ keys: [Buffer.from(SECRET.slice(6))] })),
    wrong(
      'signed without id and time',
      `v1,${createHmac('sha256', KEY ?? '')
        .update(BODY)
        .digest('base64')}`,
    ),
    wrong('signed for another id', signatureOf({ id: 'dlv_0_2_01k8dq9z2mp' })),
    wrong('signed for another time', signatureOf({ at: NOW - 1000 })),
    wrong('no scheme', base64),
    wrong('an empty signature', 'v1,'),
    wrong('another scheme', `v2,${base64}`),
    wrong('the scheme of asymmetric keys', `v1a,${base64}`),
    wrong('the scheme in capitals', `V1,${base64}`),
    wrong('a blank for the comma', `v1 ${base64}`),
    wrong('a comma between two, the good one first', `v1,${base64},v1,AAAA`),
    wrong('a comma for the blank, the good one last', `v1,AAAA,v1,${base64}`),
    wrong('cut by one character', good.slice(0, -1)),
    wrong('cut to its beginning', `v1,${base64.slice(0, 4)}`),
    wrong('without its padding', `v1,${base64.replaceAll('=', '')}`),
    wrong('with more padding', `${good}=`),
    wrong('with unused bits set', `v1,${spellLoosely(base64)}`, 'Loose decoders read the same bytes.'),
    inBase64url(),
    wrong('in hexadecimal', `v1,${Buffer.from(base64, 'base64').toString('hex')}`),
    wrong(
      'bytes after it',
      `v1,${Buffer.concat([Buffer.from(base64, 'base64'), Buffer.from('x')]).toString('base64')}`,
    ),
    wrong('the good one is the eleventh', `${'v1,AAAA '.repeat(10)}${good}`, 'Each costs a computation.'),
    changed('one letter of the body differs', BODY.replace('usr_2v6m', 'usr_2v6n')),
    changed('a line feed after the body', `${BODY}\n`),
    changed('the body parsed and written anew', JSON.stringify(MESSAGE, null, 1)),
    changed('the body cut off', BODY.slice(0, -1)),
    changed('no body', ''),
    changed('another good body', JSON.stringify({ ...MESSAGE, type: 'user.deleted' })),
    {
      name: 'the id of another message',
      headers: [header('webhook-id', 'dlv_0_2_01k8dq9z2mp'), ...headers().slice(1)],
      body: BODY,
      expect: 'WEBHOOK_SIGNATURE_WRONG',
    },
    {
      name: 'a later time than the one that was signed',
      headers: headers().map(({ name, value }) =>
        header(name, name === 'webhook-timestamp' ? String(Number(value) + 1) : value),
      ),
      body: BODY,
      expect: 'WEBHOOK_SIGNATURE_WRONG',
    },
  ];
}

/** A message whose signature contains both characters that other alphabets spell differently. */
function inBase64url(): WebhookCase {
  for (let number = 1; ; number++) {
    const id = `dlv_0_${number}_01k8dq9z2mp`;
    const signature = signatureOf({ id });
    if (!signature.includes('+') || !/,.*\//.test(signature)) continue;
    const spelt = signature.replaceAll('+', '-').replaceAll('/', '_');
    const others = headers({ id }).filter(({ name }) => name !== 'webhook-signature');
    const given = [...others, header('webhook-signature', spelt)];
    return { name: 'in base64url', headers: given, body: BODY, expect: 'WEBHOOK_SIGNATURE_WRONG' };
  }
}

function timeCases(): WebhookCase[] {
  const at = (name: string, options: WebhookCase['options'], time = NOW): WebhookCase => ({
    name,
    ...sign(BODY, { at: time }),
    expect: 'WEBHOOK_TIMESTAMP_REFUSED',
    ...omitUndefined({ options }),
  });
  const spelt = (value: string): WebhookCase => ({
    name: `the time is ${JSON.stringify(value)}`,
    // Signed as it is spelled, so that nothing else is wrong.
    headers: [
      header('webhook-id', ID),
      header('webhook-timestamp', value),
      header('webhook-signature', `v1,${hmac(KEY, `${ID}.${value}.${BODY}`)}`),
    ],
    body: BODY,
    expect: 'WEBHOOK_HEADERS_INVALID',
  });
  return [
    at('sent just beyond the tolerance', { now: NOW + 300_001 }),
    at('of a clock that is ahead by just more than the tolerance', { now: NOW - 300_001 }),
    at('sent a day ago: played back', undefined, NOW - 86_400_000),
    at('sent tomorrow', undefined, NOW + 86_400_000),
    at('no tolerance, and a millisecond ago', { now: NOW + 1, toleranceMs: 0 }),
    at('sent in 1970', undefined, 1000),
    ...[
      '',
      ' 1800000000',
      '1800000000 ',
      '1800000000\n',
      '+1800000000',
      '-1800000000',
      '01800000000',
      '1800000000.0',
      '1.8e9',
      '0x6b49d200',
    ].map(spelt),
    ...['1_800_000_000', '1,800,000,000', '1٨٠٠٠٠٠٠٠٠', 'now', 'NaN', '2027-01-15T08:00:00Z', '1800000000000', '0'].map(
      spelt,
    ),
  ];
}

function headerCases(): WebhookCase[] {
  const refused = (name: string, changed: WebhookCase['headers']): WebhookCase => ({
    name,
    headers: changed,
    body: BODY,
    expect: 'WEBHOOK_HEADERS_INVALID',
  });
  const dotted = `${ID}.1800000000`;
  return [
    refused('no headers at all', []),
    ...headers().flatMap(({ name, value }, at) => {
      const others = headers().filter((_, index) => index !== at);
      return [
        refused(`${name} is missing`, others),
        refused(`${name} is empty`, [...others, header(name, '')]),
        refused(`${name} is there twice`, [...others, header(name, value), header(name, value)]),
        refused(`${name} is there twice, spelt in two ways`, [
          ...others,
          header(name, value),
          header(name.toUpperCase(), 'x'),
        ]),
        refused(`${name} is too long`, [...others, header(name, value.padEnd(1025, 'x'))]),
        refused(`${name} with an underscore`, [...others, header(name.replace('-', '_'), value)]),
      ];
    }),
    refused(
      'the headers of Svix',
      headers().map(({ name, value }) => header(name.replace('webhook', 'svix'), value)),
    ),
    {
      ...refused('a dot of the id moved into the time', [
        header('webhook-id', dotted),
        header('webhook-timestamp', '1800000000'),
        header('webhook-signature', `v1,${hmac(KEY, `${dotted}.1800000000.${BODY}`)}`),
      ]),
      why: 'Signed is id.time.body: a dot in the id lets one signature stand for two messages.',
    },
  ];
}

function bodyCases(): WebhookCase[] {
  const refused = (name: string, body: Body): WebhookCase => ({
    name: `signed, and yet: ${name}`,
    ...sign(body),
    expect: 'WEBHOOK_BODY_INVALID',
  });
  const without = (member: keyof typeof MESSAGE) => JSON.stringify({ ...MESSAGE, [member]: undefined });
  const wrong = (member: keyof typeof MESSAGE, value: unknown) =>
    refused(`${member} is ${JSON.stringify(value)}`, JSON.stringify({ ...MESSAGE, [member]: value }));
  const nested = (depth: number) => `${BODY.slice(0, -1)},"more":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  return [
    ...['', ' ', 'null', 'true', '1', '[]', '{}', '"user.updated"', `[${BODY}]`, 'type=user.updated'].map((text) =>
      refused(`it is ${text === '' ? 'empty' : text.slice(0, 20)}`, text),
    ),
    refused('it is cut off', BODY.slice(0, -1)),
    refused('something after it', `${BODY}x`),
    refused('two of them', BODY + BODY),
    refused('a comma at the end', `${BODY.slice(0, -1)},}`),
    refused('a comment', `/**/${BODY}`),
    refused('single quotes', BODY.replaceAll('"', "'")),
    refused('NaN in it', `${BODY.slice(0, -1)},"more":NaN}`),
    refused('a byte order mark before it', `\ufeff${BODY}`),
    refused('not UTF-8', { base64: Buffer.from(BODY.replace('email', '\u00e9mail'), 'latin1').toString('base64') }),
    refused('UTF-16', { base64: Buffer.from(BODY, 'utf16le').toString('base64') }),
    refused('type is there twice', `{"type":"user.deleted",${BODY.slice(1)}`),
    refused('type is there twice, once escaped', `${BODY.slice(0, -1)},"t\\u0079pe":"user.deleted"}`),
    refused('the subject is there twice', BODY.replace('"outcome"', '"subject":"usr_3zzzzzzzzzz","outcome"')),
    refused('nested 17 deep', nested(16)),
    { name: 'nested 16 deep', ...sign(nested(15)), expect: 'accept', event: { id: ID, ...EVENT } },
    refused('nested 5 000 deep', nested(5_000)),
    ...(['type', 'timestamp', 'data'] as const).map((member) => refused(`${member} is missing`, without(member))),
    ...[null, 1, ['user.updated'], {}].map((value) => wrong('type', value)),
    ...[null, 'data', 1, [], [EVENT.data]].map((value) => wrong('data', value)),
    ...[
      null,
      NOW,
      '',
      'soon',
      '1800000000',
      '2027-01-15',
      '2027-01-15T08:00:00',
      '2027-01-15T08:00:00+00:00',
      '2027-13-15T08:00:00Z',
      '2027-01-15T08:00:00Z\n',
    ].map((value) => wrong('timestamp', value)),
    refused('a mebibyte of it', { prefix: BODY.slice(0, -2), repeat: ' ', times: MIB, suffix: '}}' }),
    {
      name: 'as long as it may be',
      ...sign({ prefix: BODY.slice(0, -2), repeat: ' ', times: 65_536 - BODY.length, suffix: '}}' }),
      expect: 'accept',
      event: { id: ID, ...EVENT },
    },
    refused('one byte longer than it may be', {
      prefix: BODY.slice(0, -2),
      repeat: ' ',
      times: 65_537 - BODY.length,
      suffix: '}}',
    }),
  ];
}

function secretCases(): WebhookCase[] {
  const refused = (name: string, secrets: string[], keys: Uint8Array[] = [new Uint8Array()]): WebhookCase => ({
    name: `a secret that is none: ${name}`,
    headers: headers({ keys }),
    body: BODY,
    expect: 'OPTION_INVALID',
    options: { secrets },
  });
  return [
    { ...refused('empty', ['']), why: 'An empty key is one that everybody has.' },
    refused('nothing but the prefix', ['whsec_']),
    refused('nothing at all', []),
    refused('too short', ['whsec_AAAA'], [new Uint8Array(3)]),
    refused('23 bytes', [`whsec_${Buffer.alloc(23).toString('base64')}`], [new Uint8Array(23)]),
    refused('no prefix', [SECRET.slice(6)], [KEY ?? new Uint8Array()]),
    refused('the prefix in capitals', [SECRET.replace('whsec', 'WHSEC')], [KEY ?? new Uint8Array()]),
    refused('not base64', ['whsec_????????????????????????????????????????????']),
    refused('a line feed after it', [`${SECRET}\n`], [KEY ?? new Uint8Array()]),
    refused('a good one and an empty one', [SECRET, '']),
  ];
}

function taken(name: string, given = headers()): WebhookCase {
  return { name, headers: given, body: BODY, expect: 'accept', event: { id: ID, ...EVENT } };
}

function sign(body: Body, { at = NOW } = {}): Pick<WebhookCase, 'headers' | 'body'> {
  return { headers: headers({ body: bytesOf(body), at }), body };
}
