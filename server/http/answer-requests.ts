import type { Server } from 'node:http';
import type { Writable } from 'node:stream';

type OnFault = (error: unknown) => void;
type Answer<Incoming, Outgoing> = (incoming: Incoming, outgoing: Outgoing) => Promise<void>;

/**
 * Answers requests so that an error ends one response and never the process (SR-56): that of a response without a reader,
 * which an emitter without a listener throws, and that of a handler whose promise is awaited by no other code.
 */
export function answerRequests<Incoming, Outgoing extends Pick<Writable, 'on' | 'destroy'>>(
  answer: Answer<Incoming, Outgoing>,
  onFault: OnFault,
): Answer<Incoming, Outgoing> {
  return (incoming, outgoing) => {
    outgoing.on('error', onFault);
    return answer(incoming, outgoing).catch((error: unknown) => {
      onFault(error);
      outgoing.destroy();
    });
  };
}

/** A connection that cannot be accepted, as without a free file descriptor, ends neither the server nor the process. */
export function surviveAcceptErrors(server: Pick<Server, 'on'>, onFault: OnFault): void {
  server.on('error', onFault);
}
