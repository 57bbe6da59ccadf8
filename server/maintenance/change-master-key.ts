import type { Ports } from '../kernel/ports/ports.ts';
import { reencryptionDocument } from './documents.ts';
import {
  type ConfiguredMasterKeys,
  type MasterKeyFile,
  type MasterKeyState,
  masterKeyState,
} from './master-key-change.ts';
import { countSecrets } from './reencrypt-secrets.ts';
import type { Reencryption, SecretCount } from './reencryption.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>;

/** Where the master keys come from: a file that can be changed, or the environment, which its owner changes. */
export interface MasterKeyPlace {
  configured(): Promise<ConfiguredMasterKeys>;
  file?: MasterKeyFile;
}

export interface MasterKeyOverview {
  state: MasterKeyState;
  /** Id of the key that seals now. */
  sealing: string;
  configured: ConfiguredMasterKeys;
  secrets: SecretCount;
  /** The walk that seals everything anew; null before the first. */
  walk: Omit<Reencryption, 'after'> | null;
}

/** Where the change of the master key stands. Looks at every secret there is. */
export async function readMasterKeys(ports: Needs, place: MasterKeyPlace): Promise<MasterKeyOverview> {
  const [configured, secrets] = [await place.configured(), await countSecrets(ports)];
  const [stored] = await ports.store.getMany([reencryptionDocument.key()], ports.clock.now());
  const { keyId: sealing } = ports.secrets;
  const state = masterKeyState(sealing, configured, secrets);
  const { after: _where, ...walk } = stored?.value ?? {};
  return { state, sealing, configured, secrets, walk: 'keyId' in walk ? walk : null };
}

/**
 * Begins to change the master key (SR-22): puts a new one in front of the one before. The running service knows nothing of
 * it until it starts again, so nothing is sealed that the file of now does not open.
 */
export async function beginMasterKey(ports: Needs, file: MasterKeyFile): Promise<MasterKeyOverview> {
  await file.addNew();
  return readMasterKeys(ports, { configured: file.read, file });
}

/** Ends it: old keys go once nothing is under them, and not before. */
export async function finishMasterKey(ports: Needs, file: MasterKeyFile): Promise<MasterKeyOverview> {
  const place = { configured: file.read, file };
  const overview = await readMasterKeys(ports, place);
  if (overview.state !== 'ready') return overview;
  await file.dropOld(overview.sealing);
  return readMasterKeys(ports, place);
}
