import { CLIENT_ERRORS, RESULT_ERRORS, SITE_ERRORS, WEBHOOK_ERRORS } from '@countersign/protocol/client-codes';
import { REFUSALS, type RefusalCode } from '@countersign/protocol/codes';

export type ResultErrorCode = keyof typeof RESULT_ERRORS;
export type WebhookErrorCode = keyof typeof WEBHOOK_ERRORS;
export type SiteErrorCode = keyof typeof SITE_ERRORS;
export type ClientErrorCode = keyof typeof CLIENT_ERRORS;
export type ServerErrorCode = RefusalCode;

/** Why the offline verifier refused a result. */
export const RESULT_ERROR_CODES: readonly ResultErrorCode[] = /* @__PURE__ */ keysOf(RESULT_ERRORS);

/** Why a request is not a webhook message of the service. */
export const WEBHOOK_ERROR_CODES: readonly WebhookErrorCode[] = /* @__PURE__ */ keysOf(WEBHOOK_ERRORS);

/** Why the routes and guards of a site refuse a request. */
export const SITE_ERROR_CODES: readonly SiteErrorCode[] = /* @__PURE__ */ keysOf(SITE_ERRORS);

/** Errors about options and the connection. */
export const CLIENT_ERROR_CODES: readonly ClientErrorCode[] = /* @__PURE__ */ keysOf(CLIENT_ERRORS);

/** The service's refusal codes, as its `/v1` responses carry them. */
export const SERVER_ERROR_CODES: readonly ServerErrorCode[] = /* @__PURE__ */ keysOf(REFUSALS);

/** Every code this version knows. A newer service may send others, so the type stays open. */
export type CountersignErrorCode =
  | ResultErrorCode
  | WebhookErrorCode
  | SiteErrorCode
  | ClientErrorCode
  | ServerErrorCode
  | (string & {});

function keysOf<Code extends string>(table: Readonly<Record<Code, unknown>>): Code[] {
  return Object.keys(table) as Code[];
}
