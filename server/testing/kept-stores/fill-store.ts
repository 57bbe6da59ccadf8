import type { OpenPorts } from '../../composition/create-ports.ts';
import type { AccountId, ResourceId } from '../../kernel/ids.ts';
import { createWebhook } from '../../webhooks/create-webhook.ts';
import { operatorContext } from '../as-operator.ts';
import { sealEvents } from '../consuming.ts';
import { append, sampleEvent } from '../event-stream.ts';
import { addToken, addUser, birth, createFixture, PASSWORD, unwrap } from '../fixtures.ts';
import type { TestPorts } from '../test-ports.ts';

/** The content of a kept store. */
export interface KeptContent {
  account: AccountId;
  resource: ResourceId;
  /** By name. */
  logins: string[];
  password: string;
  /** Of the HOTP token of the first user: hex, and the counter of its next code. */
  seed: string;
  counter: number;
  tokens: number;
  /** Sealed into the audit log. */
  events: number;
}

/** Fills a new store with what has to outlast an upgrade. */
export async function fillStore({ ports: opened }: OpenPorts): Promise<KeptContent> {
  const ports = opened as TestPorts;
  const scene = await createFixture(ports, { tokens: [{ kind: 'hotp' }] });
  const { account, resource, tokens } = scene;
  await addUser(ports, account, resource, {
    user: { login: 'bob', externalId: 'customer-2', metadata: { plan: 'gold' } },
    tokens: [{ kind: 'totp' }],
  });
  await addUser(ports, account, resource, { user: { login: 'carol', email: 'carol@shop.example' } });
  await addToken(ports, account, { kind: 'totp', pin: { digits: '4711', position: 'before' } });
  const webhook = { url: 'https://hooks.shop.example/countersign', enabled: false };
  // With a personal part beside what is hashed.
  await append(ports, account, [{ ...sampleEvent(1), account, address: '203.0.113.7' }]);
  unwrap(await createWebhook(ports, operatorContext(account), birth(ports, 'whk'), webhook));
  return {
    account,
    resource: resource.id,
    logins: ['alice', 'bob', 'carol'],
    password: PASSWORD,
    seed: Buffer.from(tokens[0]?.secret ?? []).toString('hex'),
    counter: 0,
    tokens: 3,
    events: await sealEvents(ports),
  };
}
