import { type CallOptions, itemPath, unexpected } from './collection.ts';
import type { Environment, Environments } from './objects.ts';
import type { Transport } from './transport.ts';

export async function checkEnvironment(
  send: Transport,
  body: { user: string; resource: string; environment: Environment },
  { signal }: CallOptions = {},
): Promise<{ percent: number | null; fits: boolean }> {
  const answer = await send({ method: 'POST', path: '/environment/check', body, kind: 'read', signal });
  const { percent, fits } = answer ?? {};
  if ((typeof percent !== 'number' && percent !== null) || typeof fits !== 'boolean') throw unexpected('a match');
  return { percent, fits };
}

export async function saveEnvironment(
  send: Transport,
  body: { user: string; environment: Environment; resource?: string },
  { signal }: CallOptions = {},
): Promise<void> {
  await send({ method: 'POST', path: '/environment', body, kind: 'once', signal });
}

export async function environmentsOf(send: Transport, id: string, { signal }: CallOptions = {}): Promise<Environments> {
  const path = `${itemPath('/users', id)}/environments`;
  const answer = await send({ method: 'GET', path, kind: 'read', signal });
  if (typeof answer?.count !== 'number' || !Array.isArray(answer.environments)) throw unexpected('environments');
  return answer as unknown as Environments;
}

export async function forgetEnvironments(send: Transport, id: string, { signal }: CallOptions = {}): Promise<void> {
  await send({ method: 'DELETE', path: `${itemPath('/users', id)}/environments`, kind: 'once', signal });
}
