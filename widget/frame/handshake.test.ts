import { expect, test } from 'vitest';
import { awaitHost, type HandshakeOptions, hostOf } from './handshake.ts';

const origin = 'https://shop.example';
const parent = { name: 'the page around' };
const around: HandshakeOptions = { parent, hintedOrigin: origin, ancestorOrigin: origin };
const data = {
  v: 1,
  mount: '1234567-89-10-11',
  type: 'connect',
  slot: 0,
  theme: 'auto',
  locale: '',
  closable: false,
  variables: {},
};
const port = new MessageChannel().port1;
const event = { source: parent, origin, ports: [port], data };
const read = (changes: object, surroundings: object = {}) =>
  hostOf({ ...event, ...changes } as unknown as MessageEvent, { ...around, ...surroundings });

test('accepts the parent that states its own origin', () => {
  expect(read({})).toMatchObject({ origin, port, mount: data.mount });
  expect(read({}, { ancestorOrigin: undefined })).toMatchObject({ origin });
});

// SR-11, SR-12
test.each([
  ['another window', { source: { name: 'a sibling' } }, {}],
  ['no window', { source: null }, {}],
  ['another origin than the address names', { origin: 'https://evil.example' }, {}],
  ['an origin that differs by its port', { origin: `${origin}:8443` }, {}],
  ['an opaque origin, though the address names it', { origin: 'null' }, { hintedOrigin: 'null' }],
  ['an address without an origin', {}, { hintedOrigin: null }],
  ['another ancestor than the sender', {}, { ancestorOrigin: 'https://evil.example' }],
  ['no port', { ports: [] }, {}],
  ['two ports', { ports: [port, port] }, {}],
  ['another version', { data: { ...data, v: 2 } }, {}],
  ['another shape', { data: { ...data, slot: '0' } }, {}],
  ['no data', { data: null }, {}],
])('drops %s', (_, changes, surroundings) => {
  expect(read(changes, surroundings)).toBeUndefined();
});

// SR-12: what arrived before the script is checked like any other message.
test('takes the first valid message that arrived early, and none that it would drop', async () => {
  const evil = { ...event, origin: 'https://evil.example', data: { ...data, mount: 'evil-mount-0000' } };
  const later = { ...event, data: { ...data, mount: 'another-mount-0000' } };
  const window = Object.assign(new EventTarget(), { onmessage: () => {}, early: [evil, event, later] });
  const host = await awaitHost(window as unknown as Window, around);
  expect(host.mount).toBe(data.mount);
  expect(window.onmessage).toBeNull();
});
