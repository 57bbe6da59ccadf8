import { once } from 'node:events';
import { connect } from 'node:http2';

export async function getFrom(url: string, headers: Record<string, string> = {}) {
  const session = connect(url, { rejectUnauthorized: false });
  try {
    return await getOver(session, headers);
  } finally {
    session.close();
  }
}

export async function getOver(session: ReturnType<typeof connect>, headers: Record<string, string> = {}) {
  const stream = session.request({ ':path': '/', ...headers });
  const closed = once(stream, 'close').then(() => Promise.reject(new Error('closed before the response')));
  const [head] = await Promise.race([once(stream, 'response'), closed]);
  let body = '';
  for await (const chunk of stream) body += chunk;
  return { status: (head as { ':status'?: number })[':status'], body };
}
