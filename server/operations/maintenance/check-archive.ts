import { archiveFiles, hasExpired, readArchiveFile } from '../../events/archive-files.ts';
import { auditChainDocument } from '../../events/documents.ts';
import { archiveName } from '../../events/log/archive-file.ts';
import type { AccountId } from '../../kernel/ids.ts';
import { ArchiveUnavailable } from '../../kernel/ports/audit-archive.ts';
import type { ArchiveReadPorts } from '../../kernel/ports/ports.ts';

interface ArchiveDamage {
  account: AccountId;
  /** A damaged file is missing or is not what was written. */
  kind: 'damaged-archive-file' | 'unreachable-archive';
  /** The name of the file. If the archive cannot be reached, the first one; no other is tried. */
  id: string;
}

/** Reads every archive file of the accounts. Nothing can mend one: a copy of it belongs in its place. */
export async function* checkArchive(
  ports: ArchiveReadPorts,
  accounts: Iterable<AccountId>,
): AsyncGenerator<ArchiveDamage> {
  for (const account of accounts) {
    const [chain] = await ports.store.getMany([auditChainDocument.key(account)], ports.clock.now());
    for await (const file of archiveFiles(ports, account, chain?.value.first ?? 1)) {
      const id = archiveName(file);
      try {
        if ((await readArchiveFile(ports, file)) !== undefined || (await hasExpired(ports, file))) continue;
        yield { account, kind: 'damaged-archive-file', id };
      } catch (error) {
        if (!(error instanceof ArchiveUnavailable)) throw error;
        yield { account, kind: 'unreachable-archive', id };
        return;
      }
    }
  }
}
