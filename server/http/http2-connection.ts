import {
  constants,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type Http2Session,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';

export interface Http2Timeouts {
  /** From the start of the connection to the end of its first headers. */
  readonly headersMs: number;
  /** To the end of a body, counted from the headers. */
  readonly requestMs: number;
  /** Keep-alive of a connection without a request. */
  readonly keepAliveMs: number;
  /** Timeout of a stream without data, such as that of a client that does not read its response. */
  readonly stalledMs: number;
}

/** Resolves when the handler has ended, which may be long after its client has gone. */
export type Http2Answer = (incoming: Http2ServerRequest, outgoing: Http2ServerResponse) => Promise<void>;

/** Handlers of one connection at once. Browsers open six connections over HTTP/1.1, which has one on each. */
const MAX_AT_ONCE = 8;

/** Streams that a client may cancel before their response: at once, and further ones a second. */
const CANCELLED_AT_ONCE = 100;
const CANCELLED_PER_SECOND = 10;

/** Frames of a body that waits for its handler. Each takes memory beside its bytes, which the window of the stream bounds. */
const MAX_WAITING_FRAMES = 256;

interface Exchange {
  readonly incoming: Http2ServerRequest;
  readonly outgoing: Http2ServerResponse;
  readonly beganAt: number;
  /** The stream closes once the reset is on its way, and never if the client does not read from its socket. */
  cancelledAt?: number;
}

/** The requests of one connection. */
export class Http2Connection {
  readonly #session: ServerHttp2Session;
  readonly #socket: Socket;
  readonly #answer: Http2Answer;
  readonly #timeouts: Http2Timeouts;
  readonly #open = new Set<Exchange>();
  readonly #waiting = new Set<Exchange>();
  #running = 0;
  #hadRequest = false;
  #idleSince = performance.now();
  #cancellations = 0;
  #countedAt = this.#idleSince;

  constructor(session: ServerHttp2Session, socket: Socket, answer: Http2Answer, timeouts: Http2Timeouts) {
    this.#session = session;
    this.#socket = socket;
    this.#answer = answer;
    this.#timeouts = timeouts;
  }

  take(incoming: Http2ServerRequest, outgoing: Http2ServerResponse): void {
    const exchange: Exchange = { incoming, outgoing, beganAt: performance.now() };
    this.#hadRequest = true;
    this.#open.add(exchange);
    const { stream } = incoming;
    this.#boundBody(exchange);
    stream.setTimeout(this.#timeouts.stalledMs, () => cancel(exchange));
    stream.once('close', () => {
      this.#open.delete(exchange);
      this.#waiting.delete(exchange);
      if (this.#open.size === 0) this.#idleSince = performance.now();
      if (stream.aborted) this.#countCancellation();
    });
    if (this.#running < MAX_AT_ONCE) void this.#run(exchange);
    else this.#waiting.add(exchange);
  }

  /** Closes what is over its time. */
  closeLate(now: number): void {
    const { headersMs, requestMs, keepAliveMs } = this.#timeouts;
    // Node waits without end for its last write to a client that does not read.
    if (this.#session.destroyed) this.#socket.destroy();
    for (const exchange of this.#open) {
      const { incoming, beganAt, cancelledAt } = exchange;
      if (cancelledAt !== undefined && now - cancelledAt > headersMs) this.#session.destroy();
      else if (now - beganAt > requestMs && incoming.stream.state.remoteClose !== 1) cancel(exchange);
    }
    if (this.#open.size === 0 && now - this.#idleSince > (this.#hadRequest ? keepAliveMs : headersMs)) this.closeIdle();
  }

  closeIdle(): void {
    // Not `close`, which would wait for the headers that a client never ends.
    if (this.#open.size === 0) this.#session.destroy();
  }

  /**
   * The next begins when the handler has ended, not when its stream is closed: a client that cancels would otherwise run
   * as many as it can begin (CVE-2023-44487, CVE-2025-8671).
   */
  async #run(first: Exchange): Promise<void> {
    this.#running += 1;
    let exchange: Exchange | undefined = first;
    while (exchange) {
      const { incoming, outgoing } = exchange;
      this.#waiting.delete(exchange);
      const closed = untilClosed(incoming.stream);
      await this.#answer(incoming, outgoing);
      await closed;
      [exchange] = this.#waiting;
    }
    this.#running -= 1;
  }

  /**
   * Node hands the bytes of a frame out as a view of all that it read from the socket at once, so that a byte would keep
   * 16 kB of other frames in memory, such as those that HTTP/2 ignores.
   */
  #boundBody(exchange: Exchange): void {
    const { stream } = exchange.incoming;
    const push = stream.push.bind(stream);
    let frames = 0;
    stream.push = (chunk: Buffer | null) => {
      if (chunk === null) return push(null);
      frames += 1;
      if (frames > MAX_WAITING_FRAMES && this.#waiting.has(exchange)) cancel(exchange);
      // Not of Node's pool, of which a byte would keep 64 kB since Node 24.
      const own = Buffer.allocUnsafeSlow(chunk.length);
      chunk.copy(own);
      return push(own);
    };
  }

  #countCancellation(): void {
    const now = performance.now();
    const regained = ((now - this.#countedAt) / 1000) * CANCELLED_PER_SECOND;
    this.#countedAt = now;
    this.#cancellations = Math.max(0, this.#cancellations - regained) + 1;
    if (this.#cancellations > CANCELLED_AT_ONCE) endAbuse(this.#session);
  }
}

/** Tells why: `destroy` without an error says that nothing was wrong. */
export function endAbuse(session: Http2Session): void {
  session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  session.destroy();
}

function cancel(exchange: Exchange): void {
  exchange.cancelledAt ??= performance.now();
  exchange.incoming.stream.close(constants.NGHTTP2_CANCEL);
}

function untilClosed(stream: ServerHttp2Stream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve();
    else stream.once('close', resolve);
  });
}
