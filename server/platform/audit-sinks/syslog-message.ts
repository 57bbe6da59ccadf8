import type { FeedLine } from '../../kernel/feed-line.ts';

/** `authpriv`: messages about security and authorization. */
const FACILITY = 10;
const NOTICE = 5;
const INFORMATIONAL = 6;

/** What is the same in all messages of a process. */
export interface SyslogOrigin {
  readonly host: string;
  readonly processId: number;
}

/**
 * A message of RFC 5424, with the line as its text. The line is ASCII, so that the text needs no byte order mark (6.4),
 * on which readers of JSON stumble.
 */
export function syslogMessage({ text, at, outcome }: FeedLine, { host, processId }: SyslogOrigin): string {
  const priority = FACILITY * 8 + (outcome === 'refused' ? NOTICE : INFORMATIONAL);
  const header = [`<${priority}>1`, new Date(at).toISOString(), hostName(host), 'countersign', processId, 'audit', '-'];
  return `${header.join(' ')} ${text}`;
}

/** A frame with its length in bytes in front (RFC 5425 4.3, RFC 6587 3.4.1), so that no text can end it. */
export function octetCounted(message: string): string {
  return `${Buffer.byteLength(message)} ${message}`;
}

/** HOSTNAME of RFC 5424: printable ASCII, at most 255 characters. */
function hostName(host: string): string {
  return host.replace(/[^\x21-\x7e]/g, '').slice(0, 255) || '-';
}
