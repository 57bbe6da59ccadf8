import { expect, test } from 'vitest';
import { failureCodes, mailFailure } from './mail-failure.ts';

const failed = (parts: object, message = 'it failed') => Object.assign(new Error(message), parts);

test.each([
  ['EAUTH', 'authentication'],
  ['ENOAUTH', 'authentication'],
  ['EOAUTH2', 'authentication'],
  ['ETLS', 'tls'],
  ['EREQUIRETLS', 'tls'],
  ['ETIMEDOUT', 'timeout'],
  ['EDNS', 'unreachable'],
  ['ECONNECTION', 'unreachable'],
  ['ESOCKET', 'unreachable'],
  ['ECONNREFUSED', 'unreachable'],
  ['ECONNRESET', 'unreachable'],
  ['ESTRANGE', 'refused'],
  // Every object has a property of this name.
  ['constructor', 'refused'],
  [7, 'refused'],
  [['EAUTH'], 'refused'],
])('the code %j means %s', (code, failure) => {
  expect(mailFailure(failed({ code }))).toBe(failure);
});

test.each([
  [{ code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 550 }, 'sender'],
  [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550 }, 'recipient'],
  [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 500 }, 'recipient'],
  [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 499 }, 'refused'],
  [{ code: 'EENVELOPE', command: 'RCPT TO' }, 'recipient'],
  [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: '450' }, 'recipient'],
  [{ code: 'EENVELOPE', command: 'DATA', responseCode: 550 }, 'refused'],
  [{ code: 'EENVELOPE', command: 'API', message: 'certificate' }, 'refused'],
  [{ code: 'EMESSAGE', command: 'MAIL FROM', responseCode: 550 }, 'sender'],
  [{ code: 'EMESSAGE', command: 'RCPT TO', responseCode: 550 }, 'recipient'],
  // Another code says more than the command.
  [{ code: 'EAUTH', command: 'MAIL FROM' }, 'authentication'],
  [{ code: 'ETIMEDOUT', command: 'RCPT TO' }, 'timeout'],
])('an answer to a command, %j, means %s', (parts, failure) => {
  expect(mailFailure(failed(parts))).toBe(failure);
});

test.each([
  'unable to verify the first certificate',
  'Self-signed in chain',
  'not in the Altnames',
  'wrong version number',
  'in SSL routines',
  'TLS handshake',
])('a socket that failed with "%s" failed for TLS', (message) => {
  expect(mailFailure(failed({ code: 'ESOCKET' }, message))).toBe('tls');
  // What is known to be something else stays so.
  expect(mailFailure(failed({ code: 'EAUTH' }, message))).toBe('authentication');
  expect(mailFailure(failed({ code: 'ESTRANGE' }, message))).toBe('refused');
  expect(mailFailure(failed({ code: 'ESOCKET', syscall: 'getaddrinfo' }, message))).toBe('unreachable');
});

test('what is no error is a refusal without a code', () => {
  for (const thrown of ['EAUTH', undefined, null, { code: 'EAUTH' }]) {
    expect(mailFailure(thrown)).toBe('refused');
    expect(failureCodes(thrown)).toBe('no code');
  }
});

// SR-35. The attack: a reader of the logs learns an address from what a mail server puts in place of a code.
test.each([
  [{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550 }, 'EENVELOPE RCPT TO 550'],
  [{ code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 451 }, 'EENVELOPE MAIL FROM 451'],
  [{ code: 'EAUTH', command: 'AUTH CRAM-MD5' }, 'EAUTH AUTH CRAM-MD5'],
  [{ code: 'A'.repeat(40), command: `AUTH ${'A'.repeat(20)}` }, `${'A'.repeat(40)} AUTH ${'A'.repeat(20)}`],
  [{ code: 'A'.repeat(41), command: `AUTH ${'A'.repeat(21)}` }, 'no code'],
  [{ code: 'AUTH ', command: 'RCPT TO:<MIRA@EXAMPLE.COM>' }, 'no code'],
  [{ code: 'for MAIL FROM', command: 'x AUTH PLAIN', responseCode: '550 no mailbox' }, 'no code'],
  [{ code: '', command: 'eauth', responseCode: 421 }, '421'],
])('of %j a log may say "%s"', (parts, text) => {
  expect(failureCodes(failed(parts))).toBe(text);
});
