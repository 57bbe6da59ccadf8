import { html } from 'hono/html';
import { picture } from '../illustrations/pictures.ts';
import type { Session } from '../shop/sessions.ts';
import { layout, type Markup } from './layout.ts';

export interface Failure {
  /** A stable code of the service, its library or this shop. */
  code: string;
  /** The page to try again from. */
  back: string;
  /** Identifies the request in the service's log. */
  requestId?: string;
}

interface Words {
  title: string;
  text: string;
  action?: string;
}

const FORGED: Words = {
  title: 'That sign-in is not valid',
  text: 'The result does not belong to the sign-in that this browser started. Please try again.',
};
const OUTAGE: Words = {
  title: 'Sign-in is not available',
  text: 'The sign-in service does not respond. Please try again in a minute.',
};

/** The texts for a code. Users read the title, and pass the code on to support. */
const WORDS: Readonly<Record<string, Words>> = {
  NOT_FOUND: {
    title: 'Nothing grows here',
    text: 'This page does not exist, or you may not see it.',
    action: 'Back to the plants',
  },
  INTERNAL: { title: 'Something went wrong on our side', text: 'We will look into it. Nothing was ordered.' },
  FORM_OF_ANOTHER_SITE: {
    title: 'We cannot accept that form',
    text: 'It was sent from another site, so we ignored it.',
    action: 'Back to the plants',
  },
  FORM_UNREADABLE: { title: 'We could not read that', text: 'The form was not in the expected format.' },
  FORM_OUT_OF_DATE: {
    title: 'That page was out of date',
    text: 'You signed in or out since you opened it, or it was open for too long. Nothing was changed.',
  },
  NO_SIGN_IN_UNDER_WAY: {
    title: 'That sign-in has ended',
    text: 'A sign-in works once, and this one was used or took too long. Please start again.',
  },
  NO_ORDER_UNDER_WAY: {
    title: 'That confirmation has ended',
    text: 'A confirmation works once, and this one was used or took too long. Nothing was ordered twice.',
  },
  BASKET_CHANGED: {
    title: 'Your basket has changed',
    text: 'You confirmed a different order, so nothing was ordered. Please check your basket.',
  },
  CONFIRMED_BY_SOMEBODY_ELSE: {
    title: 'Someone else confirmed this',
    text: 'The code belongs to another user, not to the one who is signed in here. Nothing was ordered.',
  },
  CONFIRMATION_TOO_OLD: {
    title: 'That code is too old',
    text: 'An order must be confirmed right away. Nothing was ordered.',
  },
  RESULT_OTP_REQUIRED: {
    title: 'A code is needed',
    text: 'You confirmed without a one-time code, but an order needs one. Nothing was ordered.',
  },
  RESULT_TRANSACTION_WRONG: {
    title: 'Something else was confirmed',
    text: 'The confirmation is for a different order. Nothing was ordered.',
  },
  RESULT_TRANSACTION_UNEXPECTED: FORGED,
  RESULT_APP_UNEXPECTED: FORGED,
  RESULT_APP_REQUIRED: FORGED,
  TOKEN_LOCKED: {
    title: 'Your device is locked',
    text: 'There were too many wrong codes. Your administrator can unlock it.',
  },
  TOKEN_LOCKED_BY_ADMINISTRATOR: {
    title: 'Your device is locked',
    text: 'Your administrator has locked it, and can unlock it.',
  },
  RATE_LIMITED: { title: 'Too many attempts', text: 'Please wait a few minutes before the next order.' },
  RESULT_EXPIRED: {
    title: 'That took too long',
    text: 'The result of a sign-in is valid for a minute. Please try again.',
  },
  RESULT_USED: { title: 'That sign-in was already used', text: 'It works once. Please sign in again.' },
  RESULT_REVOKED: { title: 'You no longer have access', text: 'Your access ended while you signed in.' },
  PLAN_INACTIVE: { title: 'Sign-in is switched off', text: 'The shop’s account at the sign-in service is not active.' },
  TOO_MANY_ATTEMPTS: { title: 'Too many attempts', text: 'Please wait a moment before the next one.' },
  RESULT_MALFORMED: FORGED,
  RESULT_NONCE_WRONG: FORGED,
  RESULT_ORIGIN_WRONG: FORGED,
  RESULT_AUDIENCE_WRONG: FORGED,
  RESULT_ISSUER_WRONG: FORGED,
  RESULT_SIGNATURE_WRONG: FORGED,
  RESULT_INVALID: FORGED,
  JWKS_UNAVAILABLE: OUTAGE,
  NETWORK_FAILED: OUTAGE,
  TIMEOUT: OUTAGE,
  UNAVAILABLE: OUTAGE,
  OVERLOADED: OUTAGE,
  RESPONSE_INVALID: OUTAGE,
};
const OTHER: Words = { title: 'That did not work', text: 'The sign-in service refused this. Nothing was changed.' };

/** Pages that the link may return to; a refused POST may have been sent to none of them. */
const PAGES = ['/', '/basket', '/sign-in', '/checkout'];

export function failurePage(session: Session | undefined, { code, back, requestId }: Failure): Markup {
  const { title, text, action = 'Try again' } = WORDS[code] ?? OTHER;
  const main = html`<section class="narrow failure">
    <div class="sorry">${picture({ slug: 'prickly-pear' })}</div>
    <h1>${title}</h1>
    <p>${text}</p>
    <p class="actions"><a class="button" href="${PAGES.includes(back) ? back : '/'}">${action}</a></p>
    <p class="small">Code <code>${code}</code>${requestId === undefined ? '' : html` · Request <code>${requestId}</code>`}</p>
  </section>`;
  return layout(session, { title, main });
}
