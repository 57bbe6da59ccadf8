import { idNumber } from '../../kernel/ids.ts';
import { isRefusal } from '../../kernel/result.ts';
import { checkSignature } from '../../sign-in/transactions/check-signature.ts';
import { requestSignature } from '../../sign-in/transactions/request-signature.ts';
import { parseTypedOtp } from '../../tokens/kinds/oath/format.ts';
import type { Endpoint, EndpointRequest } from '../endpoint.ts';
import { isCredentialRefusal } from '../failure-codes.ts';
import { invalid } from '../protocol-error.ts';
import { tokenIdOf } from '../resolve.ts';
import { protectimusType } from '../token-types.ts';
import { fieldsOf, hasValidHash } from '../transaction-data.ts';
import { NO_TEXT } from './envelope.ts';

/** Twelve fields of labels and values of maximum length, in any script. */
const MAX_DATA_LENGTH = 6000;

/** The transaction to sign, after its signature with the key is verified. */
function transactionOf({ fields, key }: EndpointRequest) {
  const [token, data] = [tokenIdOf(fields), fields.needed('transactionData', MAX_DATA_LENGTH)];
  if (!hasValidHash(key, data, fields.needed('hash'))) {
    throw invalid('hash', 'HMAC-SHA256 of transactionData under the API key, in hexadecimal');
  }
  return { token, data };
}

export const signingRows: readonly Endpoint[] = [
  {
    method: 'POST',
    path: 'token-service/tokens/sign-transaction',
    fields: ['tokenId', 'transactionData', 'hash'],
    async answer(request) {
      const { token, data } = transactionOf(request);
      const requested = await requestSignature(request.ports, request.act, token, fieldsOf(data));
      if (isRefusal(requested)) return requested;
      return {
        challenge: requested.question ?? NO_TEXT,
        transactionData: data,
        tokenName: requested.token.name,
        id: idNumber(requested.token.id),
        tokenType: protectimusType(requested.token),
      };
    },
  },
  {
    method: 'POST',
    path: 'token-service/tokens/verify-signed-transaction',
    fields: ['tokenId', 'transactionData', 'hash', 'otp'],
    async answer(request) {
      const { token, data } = transactionOf(request);
      const otp = parseTypedOtp(request.fields.needed('otp'));
      if (otp === undefined) return { result: false };
      const outcome = await checkSignature(request.ports, request.act, token, { fields: fieldsOf(data), otp });
      if (!isRefusal(outcome)) return { result: true };
      return isCredentialRefusal(outcome.refused) ? { result: false } : outcome;
    },
  },
];
