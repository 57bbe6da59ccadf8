import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { AnswerReader } from './answer-reader.ts';

/**
 * One kept-alive HTTP/1.1 connection with one request at a time. Requests are prepared, so the client's own work per
 * request is one write and one short read, too little to affect the measurement.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #reader = new AnswerReader();
  #waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;

  static async open(port: number): Promise<Connection> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    await once(socket, 'connect');
    return new Connection(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      try {
        const status = this.#reader.push(chunk);
        if (status !== undefined) this.#settle()?.resolve(status);
      } catch (error) {
        this.#settle()?.reject(error as Error);
        socket.destroy();
      }
    });
    socket.on('error', (error) => this.#settle()?.reject(error));
    socket.on('close', () => this.#settle()?.reject(new Error('the server closed a connection')));
  }

  /** Sends a whole request, in latin1; returns its status. */
  send(request: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request, 'latin1');
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #settle() {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}
