import type { SecretPorts } from '../../kernel/ports/ports.ts';
import { processesDocument } from '../processes/documents.ts';
import { liveProcesses, type ProcessRecord } from '../processes/process-registry.ts';
import { reencryptionDocument } from './documents.ts';
import {
  type ConfiguredMasterKeys,
  type MasterKeyFile,
  type MasterKeyState,
  masterKeyState,
} from './master-key-change.ts';
import { countSecrets } from './reencrypt-secrets.ts';
import type { Reencryption, SecretCount } from './reencryption.ts';

/** The source of the master keys: a file that this process can change, or the environment, which its owner changes. */
export interface MasterKeyLocation {
  configured(): Promise<ConfiguredMasterKeys>;
  file?: MasterKeyFile;
}

export interface MasterKeyOverview {
  state: MasterKeyState;
  /** Id of the key that seals now. */
  sealing: string;
  configured: ConfiguredMasterKeys;
  secrets: SecretCount;
  /** The last walk that re-encrypts all secrets; null before the first. */
  walk: Omit<Reencryption, 'after'> | null;
  /** Processes of the store that seal with another key. */
  waitingFor: (Pick<ProcessRecord, 'version' | 'startedAt'> & { id: string; sealing: string | undefined })[];
}

/** The state of the change of the master key. Reads every secret. */
export async function readMasterKeys(ports: SecretPorts, place: MasterKeyLocation): Promise<MasterKeyOverview> {
  const [configured, secrets] = [await place.configured(), await countSecrets(ports)];
  const now = ports.clock.now();
  const [stored, registry] = await ports.store.getMany([reencryptionDocument.key(), processesDocument.key()], now);
  const { keyId: sealing } = ports.secrets;
  const processes = liveProcesses(registry?.value, now);
  const state = masterKeyState(sealing, configured, secrets, processes);
  const { after: _where, ...walk } = stored?.value ?? {};
  const waitingFor = processes
    .filter(({ masterKeys }) => masterKeys[0] !== sealing)
    .map(({ id, version, startedAt, masterKeys }) => ({ id, version, startedAt, sealing: masterKeys[0] }));
  return { state, sealing, configured, secrets, walk: 'keyId' in walk ? walk : null, waitingFor };
}

/**
 * Starts a change of the master key (SR-22): adds a new one before the current one. The running service uses the new
 * key only after a restart, so nothing is sealed that the current file does not open.
 */
export async function beginMasterKey(ports: SecretPorts, file: MasterKeyFile): Promise<MasterKeyOverview> {
  await file.addNew();
  return readMasterKeys(ports, { configured: file.read, file });
}

/** Finishes it: removes the old keys once no secret is sealed with them, and no process of the store seals with one. */
export async function finishMasterKey(ports: SecretPorts, file: MasterKeyFile): Promise<MasterKeyOverview> {
  const place = { configured: file.read, file };
  const overview = await readMasterKeys(ports, place);
  if (overview.state !== 'ready') return overview;
  await file.dropOld(overview.sealing);
  return readMasterKeys(ports, place);
}
