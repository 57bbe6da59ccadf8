import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { MailerUnavailable } from '../../kernel/ports/mailer.ts';

/** What every sender of codes over HTTP needs. */
export interface HttpSenderOptions {
  /** The public URL of the service. */
  issuer: string;
  /** Default {@link DEFAULT_TIMEOUT_MS}. */
  timeoutMs?: number;
}

interface Outgoing {
  url: string;
  method: 'POST' | 'PUT' | 'GET';
  headers: Record<string, string>;
  body?: string;
}

const DEFAULT_TIMEOUT_MS = 10_000;
/** Maximum bytes of a response that are read: enough for every gateway's error text. */
const ANSWER_LIMIT = 64 * 1024;

/**
 * Sends one request to the operator's gateway and returns its response. Redirects are not followed: they would carry
 * the credentials to an unconfigured host. Errors contain no address, headers or text (SR-35).
 *
 * @throws MailerUnavailable if there is no readable response in time
 */
export async function exchange(
  { url, method, headers, body }: Outgoing,
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<{ status: number; text: string }> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(url, {
      method,
      headers,
      ...omitUndefined({ body }),
      redirect: 'manual',
      signal,
    });
    return { status: answer.status, text: await readSome(answer) };
  } catch (error) {
    throw new MailerUnavailable(signal.aborted ? 'the gateway did not answer in time' : reasonOf(error));
  }
}

async function readSome(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let taken = 0;
  const reader = answer.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    taken += value.byteLength;
    if (taken > ANSWER_LIMIT) {
      await reader.cancel();
      throw new Error('too much of an answer');
    }
    chunks.push(value);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** A network error has a code; its message may quote what was sent. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return /^[A-Z_0-9]{1,60}$/.test(code) ? `the gateway could not be reached: ${code}` : 'the gateway gave no answer';
}
