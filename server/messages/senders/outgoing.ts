import { MailerUnavailable } from '../../kernel/ports/mailer.ts';

export interface Outgoing {
  url: string;
  method: 'POST' | 'PUT' | 'GET';
  headers: Record<string, string>;
  body?: string;
}

/** So much of an answer is read: enough for every gateway's own words, and nothing that fills the memory. */
const ANSWER_LIMIT = 64 * 1024;

/**
 * One request to a gateway of the operator's choosing, and its answer. No redirects: they would carry the credentials to
 * somewhere that nobody configured. What goes wrong is said without address, headers or text (SR-35).
 *
 * @throws MailerUnavailable when there is no answer in time, or none that can be read
 */
export async function exchange(
  { url, method, headers, body }: Outgoing,
  timeoutMs: number,
): Promise<{ status: number; text: string }> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await fetch(url, {
      method,
      headers,
      ...(body !== undefined && { body }),
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

/** What the network says has a code; a whole message may quote what was sent. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return /^[A-Z_0-9]{1,60}$/.test(code) ? `the gateway could not be reached: ${code}` : 'the gateway gave no answer';
}
