import { Hono } from 'hono';

/** An app that counts what it handles, and holds it until it is released. */
export function holding() {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const state = { handled: 0, atOnce: 0, most: 0, release: () => release() };
  const app = new Hono().all('*', async (c) => {
    state.handled += 1;
    state.atOnce += 1;
    state.most = Math.max(state.most, state.atOnce);
    await gate;
    state.atOnce -= 1;
    return c.text('held');
  });
  return { app, state };
}
