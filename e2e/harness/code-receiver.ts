import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the service sends to an operator's own code sender. */
export interface ReceivedCode {
  channel: 'sms' | 'email';
  to: string;
  text: string;
  language: string;
  code: string;
}

/** An operator's own code sender that accepts everything, or nothing. */
export interface CodeReceiver {
  /** Variables that configure the service for it. */
  settings: Record<string, string>;
  received: ReceivedCode[];
  isDown: boolean;
  last(to: string): ReceivedCode;
  close(): Promise<void>;
}

export async function startCodeReceiver(): Promise<CodeReceiver> {
  const received: ReceivedCode[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      if (!receiver.isDown) received.push(JSON.parse(body));
      response.writeHead(receiver.isDown ? 503 : 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: CodeReceiver = {
    settings: {
      COUNTERSIGN_CODE_COURIER_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/codes`,
      COUNTERSIGN_CODE_COURIER_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
      COUNTERSIGN_CODE_COURIER_CHANNELS: 'sms,email',
      COUNTERSIGN_LOG_LEVEL: 'error',
    },
    received,
    isDown: false,
    last(to) {
      const code = received.findLast((one) => one.to === to);
      if (!code) throw new Error(`no code came for ${to}`);
      return code;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}
