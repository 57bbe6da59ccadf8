import { archiveFiles, readArchiveFile } from '../events/archive-files.ts';
import { auditChainDocument } from '../events/documents.ts';
import { archiveName } from '../events/log/archive-file.ts';
import type { AccountId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';

interface ArchiveDamage {
  account: AccountId;
  kind: 'damaged-archive-file';
  /** The name of the file, which is missing or is not what was written. */
  id: string;
}

/**
 * Reads every archive file of an account. Nothing can mend one: a copy of it belongs in its place.
 *
 * @throws ArchiveUnavailable
 */
export async function* checkArchive(
  ports: Pick<Ports, 'store' | 'clock' | 'archive'>,
  account: AccountId,
): AsyncGenerator<ArchiveDamage> {
  const [chain] = await ports.store.getMany([auditChainDocument.key(account)], ports.clock.now());
  for await (const file of archiveFiles(ports, account, chain?.value.first ?? 1)) {
    if ((await readArchiveFile(ports, file)) !== undefined) continue;
    yield { account, kind: 'damaged-archive-file', id: archiveName(file) };
  }
}
