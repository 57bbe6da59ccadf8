import type { MailFailure } from '../../kernel/mail.ts';

const BY_CODE: Readonly<Record<string, MailFailure>> = {
  EAUTH: 'authentication',
  ENOAUTH: 'authentication',
  EOAUTH2: 'authentication',
  ETLS: 'tls',
  EREQUIRETLS: 'tls',
  ETIMEDOUT: 'timeout',
  EDNS: 'unreachable',
  ECONNECTION: 'unreachable',
  ESOCKET: 'unreachable',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
};
/** Node reports an untrusted certificate, and a port without TLS, as errors of the socket. */
const IS_TLS = /certificate|self-signed|altnames|wrong version number|ssl routines|tls/i;

/** Why the mail client failed. Its texts quote the server, so they are read and not passed on. */
export function mailFailure(error: unknown): MailFailure {
  const { code, command, message, responseCode, syscall } = (error instanceof Error ? error : {}) as {
    code?: unknown;
    command?: unknown;
    message?: unknown;
    responseCode?: unknown;
    syscall?: unknown;
  };
  if (code === 'EENVELOPE' || code === 'EMESSAGE') {
    if (command === 'MAIL FROM') return 'sender';
    // A mail server that is busy, or wants to be asked again (greylisting), says nothing about the address.
    const isTemporary = typeof responseCode === 'number' && responseCode < 500;
    return command === 'RCPT TO' && !isTemporary ? 'recipient' : 'refused';
  }
  const cause = typeof code === 'string' && Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
  // A failed call to the system, as of a name that does not resolve, quotes the host, which may be called mail.tls.example.
  if (cause === 'unreachable' && syscall === undefined && IS_TLS.test(String(message))) return 'tls';
  return cause ?? 'refused';
}

/** A code, or the command of SMTP that failed. */
const IS_CODE = /^(?:[A-Z0-9_]{1,40}|MAIL FROM|RCPT TO|AUTH [A-Z0-9-]{1,20})$/;

/** What a log may say of the failure: its codes. The server's words often quote the address. */
export function failureCodes(error: unknown): string {
  const { code, command, responseCode } = (error instanceof Error ? error : {}) as Record<string, unknown>;
  const codes = [code, command, responseCode].map(String).filter((one) => IS_CODE.test(one));
  return codes.join(' ') || 'no code';
}
