import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { ConfigError } from '../config/load-config.ts';

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
  const read = async (variable: string, file: string | undefined, option: 'ca' | 'cert' | 'key') => {
    if (file === undefined) return undefined;
    try {
      const pem = await readFile(file);
      // With a key that is not that of the certificate every connection would fail, with a worse message.
      createSecureContext({ [option]: pem });
      return pem;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw refuse(variable, `names a file that cannot be used: ${file} (${code ?? message})`);
    }
  };
  const ca = await read(`${prefix}_CA`, caFile, 'ca');
  const cert = await read(`${prefix}_CERT`, certFile, 'cert');
  const key = await read(`${prefix}_KEY`, keyFile, 'key');
  try {
    if (cert && key) createSecureContext({ cert, key });
  } catch {
    throw refuse(`${prefix}_KEY`, `is not the key of ${prefix}_CERT`);
  }
  return omitUndefined({ ca, cert, key });
}
