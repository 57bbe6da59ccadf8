/**
 * Text that is made as fast as the client reads it, and no faster. An error breaks the answer off, so that it cannot be
 * taken for a whole one; a client that leaves ends the making.
 */
export function textStream(text: AsyncGenerator<string>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await text.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await text.return(undefined);
    },
  });
}
