import type { Writable } from 'node:stream';

/**
 * Combines all writes to a stream in one turn of the event loop into one system call, and texts into one text.
 *
 * Responses of Redis arrive in bunches, so the commands that follow them are issued in bunches too. Written one by one
 * they cost a system call and a wake-up of the server each, and the server syncs its log to disk for few of them at a
 * time. No timer is involved: the write happens when the turn's promises have run, so a single command is not delayed.
 * (Unlike ioredis' auto-pipelining, which takes another turn of the loop.)
 */
export function corkWrites(stream: Writable): void {
  const { write, end } = stream;
  let isHeld = false;
  let text = '';
  const flushText = (): void => {
    if (text !== '') write.call(stream, text, 'utf8');
    text = '';
  };
  const heldWrite = (chunk: unknown, ...rest: unknown[]): boolean => {
    if (!isHeld) {
      isHeld = true;
      stream.cork();
      process.nextTick(() => {
        isHeld = false;
        flushText();
        stream.uncork();
      });
    }
    if (rest.length === 0 && typeof chunk === 'string') {
      text += chunk;
      return !stream.writableNeedDrain;
    }
    flushText();
    return write.apply(stream, [chunk, ...rest] as Parameters<Writable['write']>);
  };
  stream.write = heldWrite as Writable['write'];
  stream.end = ((...args: Parameters<Writable['end']>) => {
    flushText();
    return end.apply(stream, args);
  }) as Writable['end'];
}
