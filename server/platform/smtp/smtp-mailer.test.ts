import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, test } from 'vitest';
import { composeMail } from '../../composition/compose-mail.ts';
import type { Mail } from '../../kernel/mail.ts';
import { MailerUnavailable } from '../../kernel/ports/mailer.ts';
import { capturedLog } from '../../testing/captured-log.ts';
import { TEST_CERTIFICATE } from '../../testing/test-certificate.ts';
import { noMailer } from './no-mailer.ts';
import { createSmtpMailer, type SmtpOptions } from './smtp-mailer.ts';

interface Taken {
  from: unknown;
  to: string[];
  secure: boolean;
  user: unknown;
  text: string;
}
const running: SMTPServer[] = [];
const taken: Taken[] = [];
afterEach(async () => {
  taken.length = 0;
  for (const server of running.splice(0)) await new Promise<void>((resolve) => server.close(resolve));
});

async function mailServer(options: SMTPServerOptions = {}): Promise<number> {
  const server = new SMTPServer({
    ...TEST_CERTIFICATE,
    authOptional: true,
    onAuth: ({ username, password }, _session, done) =>
      password === 'pass: word' ? done(null, { user: username }) : done(new Error('wrong')),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom ? mailFrom.address : undefined;
        const to = rcptTo.map(({ address }) => address);
        taken.push({ from, to, secure: session.secure, user: session.user, text: `${Buffer.concat(chunks)}` });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => {});
  running.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.server.address() as AddressInfo).port;
}

function courier(port: number, options: Partial<SmtpOptions> = {}) {
  return createSmtpMailer({
    host: '127.0.0.1',
    port,
    tls: 'none',
    from: { name: 'Acme sign-in', address: 'auth@acme.example' },
    compose: (one) => composeMail(one, 'https://auth.example'),
    timeoutMs: 2000,
    ...options,
  });
}
/** The certificate names hosts that do not resolve, so the name is given apart from the address. */
const trusted = { ca: TEST_CERTIFICATE.cert, servername: 'mail.example' };
const mail: Mail = {
  kind: 'confirmation-code',
  to: 'mira@example.com',
  language: 'de',
  facts: { code: '482913', lifetimeMs: 600_000 },
};

test.each(['mail.invalid', 'tls.certificate.invalid'])(
  'a host that does not resolve is called unreachable, whatever its name: %s',
  async (host) => {
    const sent = createSmtpMailer({
      ...{ host, port: 465, tls: 'implicit', timeoutMs: 2000 },
      from: { name: 'Acme', address: 'auth@acme.example' },
      compose: (one) => composeMail(one, 'https://auth.example'),
    }).send(mail);
    await expect(sent).rejects.toMatchObject({ failure: 'unreachable' });
  },
);

test('a message arrives as text and as HTML with the configured sender', async () => {
  await courier(await mailServer()).send(mail);
  expect(taken).toMatchObject([{ from: 'auth@acme.example', to: ['mira@example.com'], secure: false }]);
  const text = taken[0]?.text ?? '';
  expect(text).toMatch(/^From: "Acme sign-in" <auth@acme\.example>\r$/m);
  expect(text).toMatch(/^To: mira@example\.com\r$/m);
  expect(text).toMatch(/^Auto-Submitted: auto-generated\r$/m);
  expect(text).toContain('text/plain; charset=utf-8');
  expect(text).toContain('text/html; charset=utf-8');
  expect(text).toContain('482913');
});

test('a name adds no header and no recipient', async () => {
  const port = await mailServer();
  for (const account of [
    'Acme\r\nBcc: eve@evil.example',
    'Acme\nBcc: eve@evil.example\n\nhello',
    'Acme\u2028Bcc: eve@evil.example',
    '=?utf-8?Q?Acme=0D=0ABcc:_eve@evil.example?=',
    `${'Ä'.repeat(300)}\r\nBcc: eve@evil.example`,
  ]) {
    await courier(port, { from: { name: account, address: 'auth@acme.example' } }).send({
      kind: 'administrator-invitation',
      to: 'mira@example.com',
      language: 'en',
      facts: { account, inviter: account, path: '/x', expiresAt: 0 },
    });
    const sent = taken.at(-1);
    expect(sent?.to).toEqual(['mira@example.com']);
    const headers = sent?.text.split('\r\n\r\n')[0] ?? '';
    expect(headers).not.toMatch(/^bcc:/im);
    expect(headers.match(/^\S+(?=:)/gm)?.sort()).toEqual(
      ['Auto-Submitted', 'Content-Type', 'Date', 'From', 'MIME-Version', 'Message-ID', 'Subject', 'To'].sort(),
    );
  }
});

test('an address that is not a single plain one is refused before a server is contacted', async () => {
  const port = await mailServer();
  for (const to of [
    'mira@example.com, eve@evil.example',
    'mira@example.com;eve@evil.example',
    'Mira <mira@example.com>',
    'mira@example.com\r\nRCPT TO:<eve@evil.example>',
    'mira@example.com>\r\nRCPT TO:<eve@evil.example',
    'mira example.com',
    '"a b"@example.com',
    'friends: mira@example.com',
    '',
  ]) {
    await expect(courier(port).send({ ...mail, to }), to).rejects.toBeInstanceOf(MailerUnavailable);
  }
  expect(taken).toEqual([]);
});

describe('TLS', () => {
  test('starts with the first byte or by STARTTLS before anything else, and carries the password', async () => {
    const login = { user: 'countersign', password: 'pass: word' };
    const starttls = await mailServer();
    await courier(starttls, { tls: 'starttls', ...trusted, ...login }).send(mail);
    const implicit = await mailServer({ secure: true });
    await courier(implicit, { tls: 'implicit', ...trusted, ...login }).send(mail);
    expect(taken).toMatchObject([
      { secure: true, user: 'countersign' },
      { secure: true, user: 'countersign' },
    ]);
  });

  test('ends the attempt if an attacker strips it: no message, no password in the clear', async () => {
    let count = 0;
    const port = await mailServer({
      hideSTARTTLS: true,
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => {
        count++;
        done(null, { user: 'x' });
      },
    });
    const login = { user: 'countersign', password: 'pass: word' };
    await expect(courier(port, { tls: 'starttls', ...trusted, ...login }).send(mail)).rejects.toThrow(
      MailerUnavailable,
    );
    expect([count, taken.length]).toEqual([0, 0]);
  });

  test('refuses a certificate that is untrusted or has another name', async () => {
    const port = await mailServer();
    await expect(courier(port, { tls: 'starttls' }).send(mail)).rejects.toMatchObject({ failure: 'tls' });
    const other = { ...trusted, servername: 'other.example' };
    await expect(courier(port, { tls: 'starttls', ...other }).send(mail)).rejects.toMatchObject({ failure: 'tls' });
    expect(taken).toEqual([]);
  });
});

test('SR-3: a server that refuses, is unreachable or never responds has not accepted the message', async () => {
  const refusing = await mailServer({ onRcptTo: (_address, _session, done) => done(new Error('no such mailbox')) });
  await expect(courier(refusing).send(mail)).rejects.toMatchObject({ failure: 'recipient' });
  const later = Object.assign(new Error('try again'), { responseCode: 450 });
  const greylisting = await mailServer({ onRcptTo: (_address, _session, done) => done(later) });
  await expect(courier(greylisting).send(mail)).rejects.toMatchObject({ failure: 'refused' });
  const noSender = await mailServer({ onMailFrom: (_address, _session, done) => done(new Error('not you')) });
  await expect(courier(noSender).send(mail)).rejects.toMatchObject({ failure: 'sender' });
  const wrongPassword = courier(await mailServer(), { tls: 'starttls', ...trusted, user: 'x', password: 'no' });
  const failure = await wrongPassword.send(mail).catch((error: unknown) => error);
  expect(failure).toMatchObject({ failure: 'authentication' });
  await expect(courier(1).send(mail)).rejects.toMatchObject({ failure: 'unreachable' });
  const silent = await mailServer({ onConnect: () => {} });
  await expect(courier(silent, { timeoutMs: 100 }).send(mail)).rejects.toMatchObject({ failure: 'timeout' });
  await expect(noMailer.send(mail)).rejects.toThrow('COUNTERSIGN_SMTP_URL');
  expect(taken).toEqual([]);
});

// SR-35. The attack: a reader of the logs learns the address of a user from the words of a mail server.
test('an error holds the codes of the mail server, not its words', async () => {
  const quoting = await mailServer({
    onRcptTo: ({ address }, _session, done) => done(new Error(`no mailbox ${address}`)),
  });
  const { log, text } = capturedLog();
  const failure = await courier(quoting)
    .send(mail)
    .catch((error: unknown) => error);
  log.warn({ err: failure }, 'mail failed');
  expect(text()).toContain('(EENVELOPE RCPT TO 550)');
  expect(text()).not.toContain(mail.to);
});
