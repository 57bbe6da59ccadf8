import { callDependency } from '../kernel/dependency.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { apiKeyContext } from '../kernel/secret-context.ts';
import type { ApiKey } from './api-key.ts';

type Whose = Pick<ApiKey, 'account' | 'id'>;

/** A check of a dialect key needs the secret itself, so it is sealed (SR-21). */
export function sealSecret(ports: Pick<Ports, 'secrets'>, key: Whose, secret: string): string {
  return ports.secrets.seal(Buffer.from(secret, 'utf8'), apiKeyContext(key));
}

/** @throws DependencyFailed for a secret that cannot be unsealed: the request is refused (SR-3) */
export function openSecret(ports: Pick<Ports, 'secrets'>, key: Whose, sealed: string): string {
  return callDependency('opening an API key', () =>
    Buffer.from(ports.secrets.open(sealed, apiKeyContext(key))).toString(),
  );
}
