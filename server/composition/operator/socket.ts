import { chmod, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { answerRequests, surviveAcceptErrors } from '../../http/answer-requests.ts';
import type { AppEnv } from '../../http/context.ts';

/** In the data folder; the command line connects to it. */
export const OPERATOR_SOCKET = 'operator.sock';

export interface OperatorSocket {
  path: string;
  close(): Promise<void>;
}

/** Maximum length of a Unix socket's path, on Linux and less elsewhere (sun_path). */
export const MAX_SOCKET_PATH_LENGTH = 100;

/**
 * Serves the operator's app on a Unix socket that only its owner can open. A socket file without a listener is left
 * from a killed process and is taken over.
 *
 * @returns undefined if another process serves there
 */
export async function listenOnSocket(
  app: Hono<AppEnv>,
  path: string,
  onFault: (error: unknown) => void = () => {},
): Promise<OperatorSocket | undefined> {
  if (path.length > MAX_SOCKET_PATH_LENGTH) throw new Error(`the path of the operator's socket is too long: ${path}`);
  if (await isServed(path)) return undefined;
  await rm(path, { force: true });
  // This listener sets the operator's rights, whatever a request contains.
  const answer = getRequestListener((request, env) => app.fetch(request, { ...env, operator: true }), {
    hostname: 'operator',
  });
  const server = createServer(answerRequests(answer, onFault));
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      });
    });
    surviveAcceptErrors(server, onFault);
  } finally {
    process.umask(before);
  }
  await chmod(path, 0o600);
  return {
    path,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

/** True if a process answers there. */
export function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
