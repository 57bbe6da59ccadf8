import { open, readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { ConfigError } from '../config/load-config.ts';
import { describeOpenMode } from '../platform/secret-box/load-master-key.ts';

const refuse = (name: string, problem: string) => new ConfigError([{ name, problem }]);

interface TlsFiles {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/**
 * @param prefix of the variables, such as `COUNTERSIGN_STORE_TLS`
 * @throws ConfigError naming the variable whose file cannot be used
 */
export async function readTlsFiles(prefix: string, { caFile, certFile, keyFile }: TlsFiles) {
  const ca = caFile === undefined ? undefined : await readPem(`${prefix}_CA`, caFile, 'ca');
  const cert = certFile === undefined ? undefined : await readPem(`${prefix}_CERT`, certFile, 'cert');
  const key = keyFile === undefined ? undefined : await readPem(`${prefix}_KEY`, keyFile, 'key');
  if (cert && key) expectPair({ cert, key }, `${prefix}_CERT`, `${prefix}_KEY`);
  return omitUndefined({ ca, cert, key });
}

const SERVED_CERT = 'COUNTERSIGN_TLS_CERT_FILE';
const SERVED_KEY = 'COUNTERSIGN_TLS_KEY_FILE';

/**
 * The certificate of the listener, whose key others may not read (SR-21).
 *
 * @throws ConfigError naming the variable whose file cannot be used
 */
export async function readServedFiles({ certFile, keyFile }: { certFile: string; keyFile: string }) {
  const cert = await readPem(SERVED_CERT, certFile, 'cert');
  const key = await readPem(SERVED_KEY, keyFile, 'key', readPrivate);
  expectPair({ cert, key }, SERVED_CERT, SERVED_KEY);
  return { cert, key };
}

async function readPem(variable: string, file: string, option: 'ca' | 'cert' | 'key', read = readAll) {
  try {
    const pem = await read(file);
    // With a key that is not that of the certificate every connection would fail, with a worse message.
    createSecureContext({ [option]: pem });
    return pem;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw refuse(variable, `names a file that cannot be used: ${file} (${code ?? message})`);
  }
}

function readAll(file: string): Promise<Buffer> {
  return readFile(file);
}

async function readPrivate(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    // Checked on the open file, so that it cannot be replaced between check and read.
    const status = await handle.stat();
    // One of root may be for its group, as certbot keeps it and a secret of Kubernetes is.
    const problem = describeOpenMode(status, status.uid === 0);
    if (problem !== undefined) throw new Error(`it ${problem}`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

function expectPair(pair: { cert: Buffer; key: Buffer }, certVariable: string, keyVariable: string): void {
  try {
    createSecureContext(pair);
  } catch {
    throw refuse(keyVariable, `is not the key of ${certVariable}`);
  }
}
