import type { Context, MiddlewareHandler } from 'hono';
import type { AppEnv } from '../context.ts';
import { RequestRefusal } from '../problem.ts';

const DEFAULT_BODY_LIMIT = 64 * 1024;

/** For requests with up to five hundred rows. */
export const BULK_BODY_LIMIT = 1024 * 1024;

/** For a file of two mebibytes as a JSON string, whose line ends and quotes take two characters. */
export const IMPORT_BODY_LIMIT = 4 * 1024 * 1024;

interface BodyLimitOptions {
  /** Default {@link DEFAULT_BODY_LIMIT}. */
  maxBytes?: number;
  /** Paths with another limit. */
  exceptions?: ReadonlyMap<string, number>;
}

/**
 * Reads the body into Hono's cache and never holds more than the limit, whatever the client declares (SR-56). A
 * declared length is used only to refuse early; the received bytes are counted.
 */
export function bodyLimit(options: BodyLimitOptions = {}): MiddlewareHandler<AppEnv> {
  const { maxBytes: usual = DEFAULT_BODY_LIMIT, exceptions } = options;
  return async function limitBody(c, next) {
    const maxBytes = exceptions?.get(c.req.path) ?? usual;
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    const declared = c.req.header('content-length');
    if (declared !== undefined && !(Number(declared) <= maxBytes)) throw new RequestRefusal('BODY_TOO_LARGE');
    const bytes = await arrived(c, maxBytes, declared);
    if (bytes.byteLength > maxBytes) throw new RequestRefusal('BODY_TOO_LARGE');
    return next();
  };
}

async function arrived(c: Context<AppEnv>, maxBytes: number, declared: string | undefined): Promise<ArrayBuffer> {
  try {
    // Node's parser ends a body at its declared length, so on a socket this buffers no more than the check above
    // allows.
    if (declared !== undefined && c.env?.incoming) return await c.req.arrayBuffer();
    const bytes = await counted(c.req.raw, maxBytes);
    Object.assign(c.req.bodyCache, { arrayBuffer: Promise.resolve(bytes) });
    return bytes;
  } catch (error) {
    if (error instanceof RequestRefusal) throw error;
    // The client disconnected, was too slow, or broke the chunking: no client reads the response.
    throw new RequestRefusal('JSON_INVALID', { detail: 'The body did not arrive whole.' });
  }
}

async function counted(request: Request, maxBytes: number): Promise<ArrayBuffer> {
  const reader = request.body?.getReader();
  if (!reader) return new ArrayBuffer(0);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.byteLength;
    // Not cancelled: that would close the connection before the response is sent.
    if (length > maxBytes) throw new RequestRefusal('BODY_TOO_LARGE');
    chunks.push(value);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes.buffer;
}
