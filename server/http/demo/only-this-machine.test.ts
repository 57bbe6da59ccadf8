import { expect, test } from 'vitest';
import { appWith } from '../../testing/http-app.ts';
import { onlyThisMachine } from './only-this-machine.ts';

const { app } = appWith(onlyThisMachine());
app.all('*', (c) => c.text('served'));

const ask = async (url: string, headers: Record<string, string> = {}) => {
  const answer = await app.request(url, { headers });
  return { status: answer.status, text: await answer.text() };
};

// SR-42. The attack: a page of another site has its own name point to 127.0.0.1 (DNS rebinding), and reads reset links
// in the demo's mailbox.
test.each(['evil.example', '10.0.0.1', 'localhost.evil.example', '0.0.0.0', 'host.docker.internal'])(
  'SR-42: a demo that is called %s does not respond',
  async (host) => {
    const { status, text } = await ask(`http://${host}:8080/demo/mailbox`);
    expect(status).toBe(404);
    expect(text).not.toContain('served');
  },
);

// SR-42. The attack: a proxy or a tunnel in front of the demo makes its printed password good for everyone.
test.each(['forwarded', 'x-forwarded-for', 'X-Forwarded-Host', 'x-forwarded-proto', 'x-real-ip', 'via'])(
  'SR-42: a demo behind a proxy that sends %s does not respond',
  async (header) => {
    const { status, text } = await ask('http://127.0.0.1:8080/console', { [header]: '127.0.0.1' });
    expect(status).toBe(404);
    expect(text).toContain('without a proxy');
  },
);

test.each(['localhost', '127.0.0.1', '[::1]'])('a demo that is called %s responds', async (host) => {
  expect(await ask(`http://${host}:8080/console`)).toEqual({ status: 200, text: 'served' });
});
