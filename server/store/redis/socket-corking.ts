import type { Writable } from 'node:stream';

/**
 * Combines all writes to a stream in one turn of the event loop into one system call.
 *
 * Responses of Redis arrive in bunches, so the commands that follow them are issued in bunches too. Written one by one
 * they cost a system call and a wake-up of the server each, and the server syncs its log to disk for few of them at a
 * time. No timer is involved: the write happens when the turn's promises have run, so a single command is not delayed.
 * (Unlike ioredis' auto-pipelining, which takes another turn of the loop.)
 */
export function corkWrites(stream: Writable): void {
  const write = stream.write;
  let held = false;
  const heldWrite = (...args: Parameters<Writable['write']>): boolean => {
    if (!held) {
      held = true;
      stream.cork();
      process.nextTick(() => {
        held = false;
        stream.uncork();
      });
    }
    return write.apply(stream, args);
  };
  stream.write = heldWrite as Writable['write'];
}
