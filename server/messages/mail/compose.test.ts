import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { composeMail } from '../../composition/compose-mail.ts';
import { MAIL_LANGUAGES, type Mail, type MailBrand, type MailLanguage, mailBrand } from '../../kernel/mail.ts';
import { linkTo } from './link.ts';

const URL_BASE = 'https://auth.example';
const AT = Date.UTC(2027, 0, 15, 8, 0);

/** A mail of each kind, with the text in every field that takes one. */
function everyMail(text: string, language: MailLanguage): Mail[] {
  const to = 'mira@example.com';
  return [
    {
      kind: 'administrator-invitation',
      to,
      language,
      facts: { account: text, inviter: text, path: '/console/invitation#abc', expiresAt: AT },
    },
    { kind: 'administrator-invitation', to, language, facts: { account: text, path: '/console/x', expiresAt: AT } },
    { kind: 'confirmation-code', to, language, facts: { code: text, lifetimeMs: 600_000 } },
    { kind: 'password-reset', to, language, facts: { login: text, path: '/reset#abc', lifetimeMs: 1_800_000 } },
    ...(['password', 'email', 'token-added', 'passkey-added', 'passkey-removed', 'recovered'] as const).map(
      (change) =>
        ({
          kind: 'security-notice',
          to,
          language,
          facts: { change, site: text, tokenName: text, at: AT, address: text },
        }) as const,
    ),
    { kind: 'test-message', to, language, facts: {} },
    {
      kind: 'low-balance',
      to,
      language,
      facts: { account: text, balance: 1234, nextDebit: 4900, currency: 'EUR', dueAt: AT },
    },
  ];
}
const all = (text: string) => MAIL_LANGUAGES.flatMap((language) => everyMail(text, language));

/** The mail as that of a resource. */
function branded(mail: Mail, name: string, more: Partial<MailBrand> = {}): Mail {
  const links = { privacy: 'https://shop.example/privacy', support: 'mailto:help@shop.example' };
  return { ...mail, brand: { name, links, footer: true, ...more } };
}
const tags = (html: string) => html.match(/<[^>]*>/g)?.map((tag) => tag.replace(/"[^"]*"/g, '""'));

/** Payloads of injection attacks. */
const CORPUS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "'><svg/onload=alert(1)>",
  '</title><script>alert(1)</script>',
  '</style><script>alert(1)</script>',
  '<!--<img src="--><img src=x onerror=alert(1)//">',
  '<a href="javascript:alert(1)">x</a>',
  '" onmouseover="alert(1)',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '{{constructor.constructor("alert(1)")()}}',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '\u202e<b>evil\u202c',
];

test('a code in place of the password says where to type it, and nothing of a password', () => {
  const facts = { code: '49281770', site: 'Shop', lifetimeMs: 300_000 };
  const mailOf = (isFirst: object) =>
    composeMail(
      { kind: 'sign-in-code', to: 'mira@example.com', language: 'en', facts: { ...facts, ...isFirst } },
      URL_BASE,
    ).text;
  expect(mailOf({ isFirst: true })).toContain('Enter it only in the window where you are signing in.');
  expect(mailOf({ isFirst: true })).not.toContain('password');
  expect(mailOf({})).toContain('password');
});

describe('SR-30: injected text in a mail', () => {
  test.each(CORPUS)('%s stays text', (attack) => {
    const plain = all('Acme').map((mail) => tags(composeMail(mail, URL_BASE).html));
    for (const [i, mail] of all(attack).entries()) {
      const { html } = composeMail(mail, URL_BASE);
      expect(tags(html)).toEqual(plain[i]);
      if (/[<>"']/.test(attack)) expect(html).not.toContain(attack);
    }
  });

  test.each(CORPUS)('%s stays text as the name of a resource', (attack) => {
    for (const mail of everyMail('Acme', 'en')) {
      const { html, text } = composeMail(branded(mail, attack), URL_BASE);
      expect(tags(html)).toEqual(tags(composeMail(branded(mail, 'Acme'), URL_BASE).html));
      expect(text.split('\n')).toHaveLength(composeMail(branded(mail, 'Acme'), URL_BASE).text.split('\n').length);
    }
  });

  test('adds no markup, no line to the text and no second line to the subject', () => {
    const pieces = fc.array(
      fc.oneof(fc.constantFrom('\r', '\n', '\u2028', '\u2029', '\0', '\u001b[31m', '<', '"', ...CORPUS), fc.string()),
    );
    fc.assert(
      fc.property(
        pieces.map((parts) => parts.join('')),
        fc.constantFrom(...MAIL_LANGUAGES),
        (text, language) => {
          const plain = everyMail('Acme', language).map((mail) => composeMail(mail, URL_BASE));
          for (const [i, mail] of everyMail(`x${text}`, language).entries()) {
            const composed = composeMail(mail, URL_BASE);
            expect(tags(composed.html)).toEqual(tags(plain[i]?.html ?? ''));
            expect(composed.subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
            expect(composed.text.split('\n')).toHaveLength(plain[i]?.text.split('\n').length ?? 0);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test.each(MAIL_LANGUAGES.filter((language) => language !== 'en'))(
    'is translated to %s, with every placeholder filled in',
    (language) => {
      const english = everyMail('Acme', 'en').map((mail) => composeMail(mail, URL_BASE));
      const translated = everyMail('Acme', language).map((mail) => composeMail(mail, URL_BASE));
      for (const [i, mail] of english.entries()) {
        const other = translated[i];
        expect(other?.subject).not.toBe(mail.subject);
        for (const text of [mail.text, mail.html, other?.text, other?.html]) {
          expect(text).not.toMatch(/\b(?:undefined|null|NaN)\b|\[object|\{\w+\}/);
        }
        expect(mail.html).toContain('<html lang="en">');
        expect(other?.html).toMatch(new RegExp(`<html lang="${language}"(?: dir="rtl")?>`));
      }
    },
  );

  test('is isolated in a right-to-left sentence', () => {
    const [mail] = everyMail('Acme (42)', 'ar');
    const { subject, html } = mail ? composeMail(mail, URL_BASE) : { subject: '', html: '' };
    expect(subject).toContain('\u2068Acme (42)\u2069');
    expect(html).toContain('<html lang="ar" dir="rtl">');
  });

  test('cannot end the isolation of a field that is confirmed', () => {
    const field = { label: 'Amount\u2069', value: '\u206942 EUR\u2068' };
    const facts = { code: '123456', site: 'Acme', lifetimeMs: 300_000, confirms: [field] };
    const mail = { kind: 'transaction-code', to: 'mira@example.com', language: 'en', facts } as const;
    const { html, text } = composeMail(mail, URL_BASE);
    expect(text).toContain('\u2068Amount\u2069: \u206842 EUR\u2069');
    expect(html).toContain('<bdi>Amount</bdi>');
    expect(html).toContain('<bdi>42 EUR</bdi>');
  });

  test('loads nothing from elsewhere and runs no script', () => {
    for (const mail of all('Acme')) {
      const { html } = composeMail(mail, URL_BASE);
      expect(html).not.toMatch(/<(?:script|img|link|iframe|form|object)|\bon\w+=|url\(/i);
      for (const [, href] of html.matchAll(/href="([^"]*)"/g)) expect(href?.startsWith(`${URL_BASE}/`)).toBe(true);
    }
  });
});

describe('the mail of a resource', () => {
  const [reset] = everyMail('mira', 'en').filter(({ kind }) => kind === 'password-reset');
  const compose = (more: Partial<MailBrand> = {}) => {
    if (!reset) throw new Error('no mail');
    return composeMail(branded(reset, 'Harbour Shop', more), URL_BASE);
  };

  test('has its name, its colour and its links, above the mark of the service', () => {
    const { html, text } = compose({ accent: '#fde68a' });
    expect(html).toContain('<bdi>Harbour Shop</bdi>');
    expect(html).toContain('border-bottom:3px solid #fde68a');
    // Readable on the light colour.
    expect(html).toContain('background:#fde68a;color:#000000');
    expect(text).toContain(
      '-- \nHarbour Shop\nPrivacy: https://shop.example/privacy\nContact: mailto:help@shop.example\nSent by Countersign',
    );
    expect(html.indexOf('help@shop.example')).toBeLessThan(html.indexOf('Sent by Countersign'));
  });

  test('names no service where that is off, and loads nothing', () => {
    const { html, text } = compose({ footer: false });
    expect(html + text).not.toContain('Countersign');
    expect(html).not.toMatch(/<(?:script|img|link|iframe|form|object)|url\(/i);
  });

  // SR-30: what was stored by other rules.
  test('leaves out a link that is none', () => {
    const links = { help: 'javascript:alert(1)', privacy: 'https://shop.example/' };
    expect(mailBrand({ name: 'Shop', links }).links).toEqual({ privacy: 'https://shop.example/' });
  });
});

describe('the operator’s HTML around a mail', () => {
  const frame = '<html><body><p>Harbour</p>{content}</body></html>';

  test('has the mail once and escaped, and the text stays', () => {
    for (const mail of everyMail('<b>{content}</b>', 'ar')) {
      const plain = composeMail(mail, URL_BASE);
      const framed = composeMail({ ...mail, texts: { frame } }, URL_BASE);
      expect([framed.text, framed.subject]).toEqual([plain.text, plain.subject]);
      expect(framed.html).toMatch(/^<html><body><p>Harbour<\/p><div lang="ar" dir="rtl">/);
      expect(framed.html.match(/<\/body>/g)).toHaveLength(1);
      expect(framed.html).not.toContain('<b>');
      expect(framed.html).toContain(plain.html.match(/<p>.*<\/p>/s)?.[0]);
    }
  });
});

describe('SR-40: links', () => {
  test('lead only to the configured URL', () => {
    expect(linkTo(URL_BASE, '/reset#abc')).toBe('https://auth.example/reset#abc');
    for (const path of [
      '//evil.example/',
      '/\\evil.example/',
      'https://evil.example/',
      'reset',
      '',
      '@evil.example',
      '\\\\evil',
    ]) {
      expect(() => linkTo(URL_BASE, path), path).toThrow(TypeError);
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(new URL(linkTo(URL_BASE, text)).origin).toBe(URL_BASE);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
        }
      }),
    );
  });

  test('are the same in the text and in the HTML', () => {
    const [mail] = everyMail('Acme', 'en');
    if (!mail) throw new Error('no mail');
    const { link, text, html } = composeMail(mail, URL_BASE);
    expect(link).toBe('https://auth.example/console/invitation#abc');
    expect(text).toContain(`\n${link}\n`);
    expect(html).toContain(`href="${link}"`);
  });
});

test('formats amounts in the currency’s own units', () => {
  const facts = { account: 'Acme', balance: 1234, nextDebit: 4900, currency: 'JPY', dueAt: AT };
  expect(composeMail({ kind: 'low-balance', to: 'a@b', language: 'en', facts }, URL_BASE).text).toContain('1,234');
  const euro = { ...facts, currency: 'EUR' };
  expect(composeMail({ kind: 'low-balance', to: 'a@b', language: 'en', facts: euro }, URL_BASE).text).toContain(
    '€12.34',
  );
});

test.each([
  ['en', 7 * 86_400_000, 'It expires after 7 days.'],
  ['en', 24 * 3_600_000, 'It expires after 24 hours.'],
  ['en', 15 * 60_000, 'It expires after 15 minutes.'],
  ['en', 1, 'It expires after 1 minute.'],
  ['de', 7 * 86_400_000, 'Er gilt 7 Tage.'],
  ['de', 15 * 60_000, 'Er gilt 15 Minuten.'],
] as const)('formats the lifetime of a code in a natural unit: %s, %i ms', (language, lifetimeMs, formatted) => {
  const mail = {
    kind: 'confirmation-code',
    to: 'mira@example.com',
    language,
    facts: { code: 'x', lifetimeMs },
  } as const;
  expect(composeMail(mail, URL_BASE).text).toContain(formatted);
});
