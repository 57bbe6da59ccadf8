import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ConfiguredMasterKeys, MasterKeyFile } from '../../operations/maintenance/master-key-change.ts';
import { MasterKeyError, type MasterKeys, readKeyFile, syncFolder } from './load-master-key.ts';
import { createSecretBox, MASTER_KEY_BYTES } from './secret-box.ts';

/** Keys in memory: only their ids, which reveal nothing about them. */
export function configuredMasterKeys([current, ...old]: MasterKeys): ConfiguredMasterKeys {
  const ids = old.map((key) => createSecretBox(key).keyId);
  return { current: createSecretBox(current).keyId, old: ids };
}

/**
 * The key file, as the operator's command changes it. A change takes effect at the next start. Changes run one after
 * the other; other processes are not expected to write this file.
 *
 * @throws {MasterKeyError} from each if the file cannot be read or written
 */
export function masterKeyFile(file: string, isForGroup = false): MasterKeyFile {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work, work);
    last = done;
    return done;
  };
  const read = async () => {
    const keys = await readKeyFile(file, isForGroup);
    if (!keys) throw new MasterKeyError(`the key file ${file} is missing`);
    return keys;
  };
  return {
    read: () => inTurn(async () => configuredMasterKeys(await read())),
    addNew: () =>
      inTurn(async () => {
        const keys = await read();
        if (keys.length > 1) return configuredMasterKeys(keys);
        const after: MasterKeys = [new Uint8Array(randomBytes(MASTER_KEY_BYTES)), ...keys];
        await replaceKeyFile(file, after);
        return configuredMasterKeys(after);
      }),
    dropOld: (current) =>
      inTurn(async () => {
        const keys = await read();
        const [first] = keys;
        if (configuredMasterKeys([first]).current !== current) return configuredMasterKeys(keys);
        await replaceKeyFile(file, [first]);
        return configuredMasterKeys([first]);
      }),
  };
}

/** Written and flushed under another name first, so that the file always holds either the old or the new keys. */
async function replaceKeyFile(file: string, keys: MasterKeys): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    const { mode, gid } = await stat(file);
    const handle = await open(draft, 'wx', 0o600);
    try {
      // Other processes may read it through its group.
      if ((mode & 0o040) !== 0) {
        await handle.chown(-1, gid);
        await handle.chmod(0o640);
      }
      await handle.writeFile(keys.map((key) => `${Buffer.from(key).toString('base64')}\n`).join(''));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
    await syncFolder(dirname(file));
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new MasterKeyError(
      `nothing was changed: the key file ${file} cannot be written (${code}). If it is mounted, such as a credential of systemd or a secret of Kubernetes, change its source and set COUNTERSIGN_OLD_MASTER_KEYS_FILE: "A mounted master key" in docs/operations/keys.md`,
      { cause: error },
    );
  } finally {
    // Its failure would hide why the file cannot be written.
    await rm(draft, { force: true }).catch(() => undefined);
  }
}
