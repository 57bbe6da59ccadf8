import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Paths of PEM files made with openssl: an authority, and certificates of it for 127.0.0.1 and for a client. */
export interface TlsFiles {
  readonly folder: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  readonly clientCert: string;
  readonly clientKey: string;
  remove(): Promise<void>;
}

export async function createTlsFiles(): Promise<TlsFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-tls-'));
  const path = (name: string) => join(folder, name);
  await run('openssl', [
    ...['req', '-x509', ...NEW_KEY, '-days', '2', '-subj', '/CN=countersign-tests'],
    ...['-keyout', path('ca.key'), '-out', path('ca.pem')],
  ]);
  const issue = async (name: string, names: string) => {
    await writeFile(path(`${name}.ext`), `subjectAltName=${names}\n`);
    const request = ['-keyout', path(`${name}.key`), '-out', path(`${name}.csr`)];
    await run('openssl', ['req', ...NEW_KEY, '-subj', `/CN=${name}`, ...request]);
    const authority = ['-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-CAcreateserial', '-days', '2'];
    const files = ['-in', path(`${name}.csr`), '-extfile', path(`${name}.ext`), '-out', path(`${name}.pem`)];
    await run('openssl', ['x509', '-req', ...authority, ...files]);
  };
  await issue('server', 'IP:127.0.0.1,DNS:redis.example,DNS:auth.example');
  await issue('client', 'DNS:countersign.example');
  return {
    folder,
    ca: path('ca.pem'),
    cert: path('server.pem'),
    key: path('server.key'),
    clientCert: path('client.pem'),
    clientKey: path('client.key'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
