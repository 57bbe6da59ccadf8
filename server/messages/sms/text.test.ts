import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAIL_LANGUAGES, mailLanguage } from '../../kernel/mail.ts';
import { composeText } from './compose-text.ts';
import { gatewayRequest, isAcceptedResponse, type SmsGateway } from './gateway.ts';
import { GATEWAY_PRESETS } from './gateway-presets.ts';

const FACTS = { code: '492817', site: 'Juniper & Fern', lifetimeMs: 300_000, language: 'en' } as const;
const URL_BASE = 'https://auth.example';
/** GSM 03.38, the alphabet that allows 160 characters per message. */
const GSM = /^[\n !"#$%&'()*+,\-./0-9:;<=>?@A-Z_a-zäöüÄÖÜßàèéùìòÇØøÅåÆæÉÑñ¿¡£¥§¤]*$/;

describe('the text of a message', () => {
  test.each(MAIL_LANGUAGES)('%s: fits one message in the GSM alphabet, or two in other scripts', (language) => {
    const text = composeText({ ...FACTS, language, origin: 'https://shop.example' }, URL_BASE);
    expect(text.split('\n').at(-1)).toBe('@shop.example #492817 @auth.example');
    const isLatin = new Intl.Locale(language).maximize().script === 'Latn';
    if (isLatin) expect(text).toMatch(GSM);
    // Each part of a long message in UCS-2 holds 67 characters.
    expect(text.length).toBeLessThanOrEqual(isLatin ? 160 : 2 * 67);
  });

  test('has no origin-bound last line without a page', () => {
    expect(composeText(FACTS, URL_BASE)).not.toContain('@');
  });

  test('adds no line and no second page for any site name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('\r\n', '\n', '\u2028', '\0'), (name, end) => {
        const site = `x${end}@evil.example #000000${end}${name}`;
        const text = composeText({ ...FACTS, site, origin: 'https://shop.example' }, URL_BASE);
        expect(text.split(/[\r\n\u2028\u2029]/)).toHaveLength(3);
        expect(text.split('\n').at(-1)).toBe('@shop.example #492817 @auth.example');
      }),
    );
  });

  test('uses the nearest language', () => {
    expect(mailLanguage('de-AT')).toBe('de');
    for (const tag of [undefined, 'xx', 'constructor', 'EN-us', '']) expect(mailLanguage(tag)).toBe('en');
    expect(composeText({ ...FACTS, language: 'de' }, URL_BASE)).toContain('Anmeldecode');
  });
});

const MESSAGE = { to: '+4915112345678', digits: '4915112345678', text: 'a', code: '492817', id: 'm1' };
const OWN = { account: 'AC1', from: 'Shop', region: 'eu', secret: 's3cret' };
const gateway = (changes: Partial<SmsGateway>): SmsGateway => ({
  method: 'POST',
  url: 'https://sms.example/send',
  query: {},
  headers: {},
  success: {},
  ...changes,
});
/** Values with a special meaning if they are not encoded. */
const HOSTILE = [
  '&to=%2B1',
  '","to":"+1',
  '\r\nX-Evil: 1',
  '{secret}',
  '{to}',
  '$&',
  '../..',
  '?x=1#y',
  '"',
  '\\',
  '%0d%0a',
];

describe('a request to a gateway', () => {
  test.each(HOSTILE)('keeps %j as text in a form, in JSON, in a query and in a path', (text) => {
    const message = { ...MESSAGE, text: `a${text}` };
    const form = gatewayRequest(
      gateway({ body: { type: 'form', fields: { To: '{to}', Body: 'x {text}' } } }),
      OWN,
      message,
    );
    expect([...new URLSearchParams(form.body)]).toEqual([
      ['To', MESSAGE.to],
      ['Body', `x a${text}`],
    ]);
    const json = gatewayRequest(
      gateway({ body: { type: 'json', value: { to: ['{to}'], deep: { text: '{text}' }, flash: false, n: 1 } } }),
      OWN,
      message,
    );
    expect(JSON.parse(json.body ?? '')).toEqual({
      to: [MESSAGE.to],
      deep: { text: `a${text}` },
      flash: false,
      n: 1,
    });
    const request = new URL(
      gatewayRequest(gateway({ url: 'https://sms.example/to/{text}', query: { text: '{text}' } }), OWN, message).url,
    );
    expect(request.host).toBe('sms.example');
    expect(request.searchParams.getAll('text')).toEqual([`a${text}`]);
    expect(request.hash).toBe('');
    expect(request.pathname.split('/')).toHaveLength(3);
    for (const headers of [form.headers, json.headers]) expect(Object.keys(headers)).toEqual(['content-type']);
  });

  test('contains any text once, whole and in no other field', () => {
    const body = { type: 'form', fields: { a: '{text}', b: '{code}' } } as const;
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const request = gatewayRequest(gateway({ body }), OWN, { ...MESSAGE, text });
        expect([...new URLSearchParams(request.body)]).toEqual([
          ['a', text],
          ['b', '492817'],
        ]);
      }),
    );
  });

  test.each(Object.entries(GATEWAY_PRESETS))(
    '%s receives number, text and credentials where it expects them',
    (name, preset) => {
      const request = gatewayRequest(preset.gateway, OWN, { ...MESSAGE, text: 'Grüße & mehr' });
      const url = new URL(request.url);
      expect(url.protocol).toBe('https:');
      expect(url.search).toBe('');
      const hosts = {
        twilio: 'api.twilio.com',
        vonage: 'rest.nexmo.com',
        messagebird: 'rest.messagebird.com',
        sinch: 'eu.sms.api.sinch.com',
      };
      expect(url.host).toBe(hosts[name as keyof typeof hosts]);
      const sent = request.headers['content-type']?.includes('json')
        ? JSON.stringify(JSON.parse(request.body ?? ''))
        : JSON.stringify([...new URLSearchParams(request.body)]);
      expect(sent).toContain('4915112345678');
      expect(sent).toContain('Grüße & mehr');
      expect(`${sent}${request.headers.authorization ?? ''}`).not.toMatch(/\{[a-z]+\}/);
      const complete = `${sent}${Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64')}${request.headers.authorization}`;
      expect(complete).toContain('s3cret');
    },
  );
});

describe('the response of a gateway', () => {
  test('succeeds by its status, and by its body if the gateway reports there', () => {
    expect(isAcceptedResponse({ success: {} }, { status: 202, text: '' })).toBe(true);
    for (const status of [0, 199, 301, 302, 400, 500]) {
      expect(isAcceptedResponse({ success: {} }, { status, text: '' })).toBe(false);
    }
    const vonage = GATEWAY_PRESETS.vonage?.gateway;
    if (!vonage) throw new Error('no preset');
    const isAccepted = (text: string) => isAcceptedResponse(vonage, { status: 200, text });
    expect(isAccepted('{"messages":[{"status":"0"}]}')).toBe(true);
    for (const text of [
      '{"messages":[{"status":"9"}]}',
      '{"messages":[]}',
      '{"messages":{"__proto__":{"status":"0"}}}',
      '[]',
      'null',
      '<html>',
      '',
    ]) {
      expect(isAccepted(text), text).toBe(false);
    }
  });
});
