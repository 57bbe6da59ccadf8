import { type FileHandle, open, stat } from 'node:fs/promises';
import { ifMissing } from '../../kernel/if-missing.ts';
import type { AuditSink } from '../../kernel/ports/audit-sink.ts';

/** The collector of the lines may be in the group of the service. The folder decides who reaches the file. */
const MODE = 0o640;
const LINE_FEED = 0x0a;

/**
 * Appends to a file. When the file at the path is another one or gone, as after a rotation, it is opened again: the
 * program that rotates need not send a signal.
 */
export function createFileSink(path: string): AuditSink & { open(): Promise<void> } {
  let opened: { readonly file: FileHandle; readonly inode: number; readonly device: number } | undefined;

  const close = async () => {
    const { file } = opened ?? {};
    opened = undefined;
    await file?.close();
  };

  const openFile = async () => {
    const file = await open(path, 'a+', MODE);
    try {
      const { ino, dev, size } = await file.stat();
      // A crash or a full disk may have left half a line, which the next one must not continue.
      if (size > 0 && (await lastByte(file, size)) !== LINE_FEED) await file.appendFile('\n');
      opened = { file, inode: ino, device: dev };
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  };

  const current = async () => {
    if (opened) {
      const there = await stat(path).catch(ifMissing);
      if (there?.ino === opened.inode && there.dev === opened.device) return opened.file;
      await close();
    }
    return openFile();
  };

  return {
    async open() {
      await openFile();
    },
    async send(lines) {
      const file = await current();
      try {
        await file.appendFile(lines.map(({ text }) => `${text}\n`).join(''));
        await file.datasync();
      } catch (error) {
        await close();
        throw error;
      }
    },
    close,
  };
}

async function lastByte(file: FileHandle, size: number): Promise<number | undefined> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  // A pipe or device has no size and is not read.
  return bytesRead === 1 ? buffer[0] : undefined;
}
