import type { FlowId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isSameSecret } from '../../kernel/secret-token.ts';
import { type MailedCode, macInput } from './mailed-code.ts';

/** A hundred million codes can be tried against any hash, so this uses the service's key. */
export function macOf(ports: Pick<Ports, 'secrets'>, flow: FlowId, to: MailedCode['to'], code: string): string {
  return Buffer.from(ports.secrets.mac('mailed-code', macInput(flow, to, code))).toString('base64url');
}

/** Whether this is the code. Reads nothing: a wrong answer costs the same for every name (SR-17, SR-70). */
export function matchesMailedCode(
  ports: Pick<Ports, 'secrets'>,
  flow: FlowId,
  mailed: MailedCode,
  code: string,
): boolean {
  const isSame = isSameSecret(macOf(ports, flow, mailed.to, code), mailed.mac);
  // Without a mail there is nothing to guess.
  return isSame && mailed.to !== undefined;
}
