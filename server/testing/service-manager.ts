import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** As systemd listens: prints that it does, and the message. The second one waits until the first is read. */
const LISTEN = `
import socket, sys
listening = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listening.bind(sys.argv[1])
print("listening", flush=True)
print(listening.recv(4096).decode(), flush=True)
listening.recv(4096)`;

/** Listens on a socket in the folder, as systemd does for `Type=notify`. `heard` resolves with the first message. */
export async function startServiceManager(folder: string): Promise<{ socket: string; heard: Promise<string> }> {
  const socket = join(folder, 'notify');
  const manager = spawn('python3', ['-c', LISTEN, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  manager.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await once(manager.stdout, 'data');
  return { socket, heard: once(manager, 'close').then(() => output.replace('listening\n', '')) };
}
