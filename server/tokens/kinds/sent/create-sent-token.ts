import type { TokenId } from '../../../kernel/ids.ts';
import type { SecretPorts } from '../../../kernel/ports/ports.ts';
import type { RequestContext } from '../../../kernel/request-context.ts';
import { isRefusal, type Result, wrongInput } from '../../../kernel/result.ts';
import type { NewId } from '../../../store/records/create-object.ts';
import { newPin } from '../../pin.ts';
import { type NewPin, type NewTokenRecord, storeToken } from '../../store-token.ts';
import type { SentFactor, SentToken } from '../../token.ts';
import type { CreatedToken } from '../kind-actions.ts';
import { ADDRESS_FORMS, isAddressFor, maskedAddress } from './out-of-band-code.ts';

export interface NewSentToken extends Omit<NewTokenRecord, 'name'> {
  kind: SentFactor['kind'];
  /** E.164, or an email address. */
  to: string;
  /** Default: the address, masked. */
  name?: string | undefined;
  pin?: NewPin | undefined;
}

/** Creates a token whose codes are sent. The caller vouches for the owner of the address. */
export async function createSentToken(
  ports: SecretPorts,
  act: RequestContext,
  birth: NewId<TokenId>,
  input: NewSentToken,
): Promise<Result<{ token: SentToken }>> {
  const { kind, to, pin } = input;
  if (!isAddressFor(kind, to)) return wrongInput('to', ADDRESS_FORMS[kind]);
  const factor: SentFactor = { kind, to };
  const named = { ...input, name: input.name ?? maskedAddress(factor) };
  return storeToken(
    ports,
    act,
    birth,
    named,
    (record): SentToken => ({
      ...record,
      factor,
      ...(pin && { pin: newPin(ports, record, pin.digits, pin.position) }),
    }),
  );
}

/** The same for the API. */
export async function createByApi(
  ports: SecretPorts,
  act: RequestContext,
  birth: NewId<TokenId>,
  input: NewSentToken,
): Promise<Result<CreatedToken>> {
  const made = await createSentToken(ports, act, birth, input);
  return isRefusal(made) ? made : { token: made.token, once: {} };
}
