import type { Writable } from 'node:stream';

/**
 * Makes everything that is written to a stream in one turn of the event loop leave in one system call.
 *
 * Answers of Redis arrive in bunches, so the commands that follow them are issued in bunches too. Written one by one they
 * cost a system call and a wake-up of the server each, and the server syncs its log to disk for few of them at a time.
 * Nothing waits for a timer: the write happens when the turn's promises have run, so a lone command is not held up. (Unlike
 * ioredis' auto-pipelining, which goes round the loop once more.)
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
