import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';

const CHANNEL = 'http.server.request.start';

/** The server of this process that takes the request, which what starts it does not show. */
export async function serverOf(request: () => Promise<unknown>): Promise<Server | undefined> {
  let server: Server | undefined;
  const note = (message: unknown) => {
    server = (message as { server: Server }).server;
  };
  subscribe(CHANNEL, note);
  try {
    await request();
  } finally {
    unsubscribe(CHANNEL, note);
  }
  return server;
}
