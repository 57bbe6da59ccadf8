import type { Context } from 'hono';
import type { AppEnv } from './context.ts';

/**
 * Streams text as fast as the client reads it. The first piece is read before it resolves, so that the caller can
 * refuse what cannot begin. A later error is logged and aborts the response, so that it cannot look complete; a client
 * that disconnects stops the generator.
 */
export async function textStream(
  c: Context<AppEnv>,
  text: AsyncGenerator<string>,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const encoder = new TextEncoder();
  let first: IteratorResult<string> | undefined = await text.next();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { value, done } = first ?? (await text.next());
        first = undefined;
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      } catch (error) {
        c.get('log').error({ err: error }, 'a response broke off');
        const outgoing = c.env?.outgoing;
        if (!outgoing) throw error;
        // Hono would print the error beside the log, and send its message.
        outgoing.destroy();
      }
    },
    async cancel() {
      await text.return(undefined);
    },
  });
}
