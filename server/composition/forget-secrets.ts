import { existsSync } from 'node:fs';
import type { Config } from '../config/load-config.ts';
import type { Logger } from '../http/log.ts';
import type { PublicJwk } from '../kernel/ports/signer.ts';
import { openClockGuard } from '../operations/clock/clock-guard.ts';
import { signingKeysDocument } from '../operations/maintenance/documents.ts';
import { type ForgottenSecrets, forgetSecrets, judgeMasterKey } from '../operations/maintenance/forget-secrets.ts';
import { publicHalf } from '../operations/maintenance/signing-key.ts';
import { refuseBesideOthers } from '../operations/processes/read-processes.ts';
import { loadSigningKeys } from '../platform/jose/load-signing-keys.ts';
import { loadMasterKeys, type MasterKeys } from '../platform/secret-box/load-master-key.ts';
import { openSecretBox } from '../platform/secret-box/open-secret-box.ts';
import { createSecretBox, MASTER_KEY_BYTES } from '../platform/secret-box/secret-box.ts';
import { machineClocks } from '../platform/system-clock/system-clock.ts';
import { systemRandom } from '../platform/system-random/system-random.ts';
import { masterKeySource, refuseDemoFolder } from './create-ports.ts';
import { expectEmbeddedStore } from './folder-store.ts';
import { openStore } from './open-store.ts';
import { processWait } from './process-wait.ts';

const NEXT = `
Start the service. Then:
  users            countersign user send-links --secret-lost --valid-for 7d
  administrators   countersign admin recover EMAIL, for each
  webhooks         countersign webhook rotate WEBHOOK --overlap 0, and give the secret to its receiver
  API keys         create the deleted ones again
Keep the public keys above: they verify events from before.`;

export interface ForgetOptions {
  /** Without it, nothing is changed. */
  confirm?: boolean;
  /** Print JSON. */
  json?: boolean;
}

/** Makes a store usable whose master key is lost, and reports what is void. */
export async function forgetLostSecrets(config: Config, log: Logger, options: ForgetOptions = {}): Promise<void> {
  const { confirm = false, json = false } = options;
  refuseDemoFolder(config);
  expectEmbeddedStore(config);
  const masterKeys = await newKeys(config, confirm);
  const store = await openStore(config, log);
  try {
    const [current, ...old] = masterKeys;
    const sealing = createSecretBox(current, { old });
    const found = await judgeMasterKey({ store, secrets: sealing });
    if (found !== 'lost') {
      throw new Error(
        found === 'right' ? 'the master key opens this store: nothing is lost' : 'this store holds no secrets yet',
      );
    }
    // A clock in doubt takes the earliest time, at which nothing has expired: no service can start to accept it.
    const clock = await openClockGuard({ store, random: systemRandom }, { machine: machineClocks, log });
    const base = { store, clock, random: systemRandom };
    const ports = { ...base, secrets: sealing };
    await refuseBesideOthers(base, processWait);
    const [signing] = await store.getMany([signingKeysDocument.key()], clock.now());
    const keys = signing?.value.keys.map(publicHalf) ?? [];
    const forgotten = await forgetSecrets(ports, confirm ? 'forget' : 'count');
    if (confirm) {
      const secrets = await openSecretBox(base, masterKeys);
      await loadSigningKeys({ ...base, secrets }, { algorithm: config.signingAlgorithm });
    }
    console.log(
      json ? JSON.stringify({ done: confirm, ...forgotten, keys }, null, 2) : describe(forgotten, keys, confirm),
    );
  } finally {
    await store.close();
  }
}

/** To count what is lost needs no key, and must not make one. */
async function newKeys(config: Config, confirm: boolean): Promise<MasterKeys> {
  const { masterKey } = config;
  const isThere = masterKey.fromEnvironment !== undefined || existsSync(masterKey.file);
  if (!isThere && !confirm) return [systemRandom.bytes(MASTER_KEY_BYTES)];
  return loadMasterKeys(masterKeySource(config, true));
}

function describe(forgotten: ForgottenSecrets, keys: readonly PublicJwk[], isDone: boolean): string {
  const { accounts, tokens, administrators, apiKeys, webhooks } = forgotten;
  const rows = (title: string, all: readonly string[]) =>
    all.length > 0 ? [`\n${title}`, ...all.map((row) => `  ${row}`)] : [];
  const kinds = Object.entries(tokens).map(([kind, count]) => `${kind.padEnd(10)} ${count}`);
  return [
    isDone
      ? `discarded everything that the lost master key encrypted (accounts: ${accounts.length})`
      : `nothing was changed: --confirm discards this permanently (accounts: ${accounts.length})`,
    ...rows('tokens that their owners set up again:', kinds),
    ...rows(
      'administrators who lose their token and recovery codes:',
      administrators.map(({ account, email }) => `${account} ${email}`),
    ),
    ...rows(
      'API keys of the Protectimus dialect, deleted:',
      apiKeys.map(({ account, id, name }) => `${account} ${id} ${name}`),
    ),
    ...rows(
      'webhooks with a new secret:',
      webhooks.map(({ account, id, url }) => `${account} ${id} ${url}`),
    ),
    ...rows('public halves of the former signing keys:', [JSON.stringify({ keys })]),
    ...(isDone ? [NEXT] : []),
  ].join('\n');
}
