import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

export const FRAME = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7, window: 8, continuation: 9 };
export const END_STREAM = 1;
export const END_HEADERS = 4;

export function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A header that the table does not keep (RFC 7541 6.2.2). Name and value have at most 126 bytes. */
export function literal(name: string, value: string): Buffer {
  const text = (part: string) => Buffer.concat([Buffer.from([part.length]), Buffer.from(part, 'latin1')]);
  return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
}

export function request(path: string, method = 'GET', ...further: [string, string][]): Buffer {
  const headers: [string, string][] = [
    ...([
      [':method', method],
      [':scheme', 'https'],
      [':authority', 'x'],
      [':path', path],
    ] satisfies [string, string][]),
    ...further,
  ];
  return Buffer.concat(headers.map(([name, value]) => literal(name, value)));
}

export interface FrameClient {
  readonly socket: TLSSocket;
  send(...frames: Buffer[]): void;
  /** Frames of the server so far. */
  readonly received: readonly { type: number; flags: number; stream: number; payload: Buffer }[];
  /** Resolves once the server has closed the connection. */
  closed(): Promise<void>;
}

/** An HTTP/2 client that sends exactly these frames, which no library does. It answers nothing by itself. */
export async function frameClient(port: number, settings: Buffer = Buffer.alloc(0)): Promise<FrameClient> {
  const socket = connect({ host: '127.0.0.1', port, ALPNProtocols: ['h2'], rejectUnauthorized: false });
  // A server may close with a reset.
  socket.on('error', () => {});
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  const received: { type: number; flags: number; stream: number; payload: Buffer }[] = [];
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 9 && rest.length >= 9 + rest.readUIntBE(0, 3)) {
      const end = 9 + rest.readUIntBE(0, 3);
      received.push({
        type: rest.readUInt8(3),
        flags: rest.readUInt8(4),
        stream: rest.readUInt32BE(5),
        payload: Buffer.from(rest.subarray(9, end)),
      });
      rest = rest.subarray(end);
    }
  });
  await once(socket, 'secureConnect');
  socket.write(Buffer.concat([Buffer.from(PREFACE), frame(FRAME.settings, 0, 0, settings)]));
  return {
    socket,
    received,
    send: (...frames) => void socket.write(Buffer.concat(frames)),
    closed: () => ended,
  };
}

/** The code with which the server ended the connection; 0: nothing was wrong. Undefined: lost, as the connection was reset. */
export function abuseOf({ received }: FrameClient): number | undefined {
  return received.find(({ type }) => type === FRAME.goaway)?.payload.readUInt32BE(4);
}

/** Streams that a client begins: 1, 3, 5 ... */
export function streams(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at * 2 + 1);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
