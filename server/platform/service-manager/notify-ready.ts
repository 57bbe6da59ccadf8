import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Tells systemd that the service is ready (`Type=notify`), if that started it. Node has no datagram sockets for files, so
 * systemd's own command sends the message. It gets no other variable: the rest of the environment may hold secrets.
 */
export async function notifyReady(
  env: NodeJS.ProcessEnv,
  log: { warn(fault: { err: unknown }, text: string): void },
): Promise<void> {
  const { NOTIFY_SOCKET, PATH } = env;
  if (!NOTIFY_SOCKET) return;
  try {
    await promisify(execFile)('systemd-notify', ['--ready'], { env: { NOTIFY_SOCKET, PATH }, timeout: 10_000 });
  } catch (err) {
    log.warn({ err }, 'systemd was not told that the service is ready');
  }
}
