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
  title: 'That sign-in was not yours',
  text: 'What arrived was not the result of the sign-in that this browser began, so you were not signed in. Try again.',
};
const OUTAGE: Words = {
  title: 'Signing in takes a break',
  text: 'The sign-in service does not answer. Without it you cannot sign in. Try again in a minute.',
};

/** The texts for a code. Users read the title, and pass the code on to support. */
const WORDS: Readonly<Record<string, Words>> = {
  NOT_FOUND: {
    title: 'Nothing grows here',
    text: 'There is no such page, or it is not yours to see.',
    action: 'Back to the plants',
  },
  INTERNAL: { title: 'Something broke on our side', text: 'We have written it down. Nothing was ordered.' },
  FORM_OF_ANOTHER_SITE: {
    title: 'That form was not ours',
    text: 'It was sent from another site, so we did nothing with it.',
    action: 'Back to the plants',
  },
  FORM_UNREADABLE: { title: 'We could not read that', text: 'The form came in a shape that we do not know.' },
  FORM_OUT_OF_DATE: {
    title: 'That page had gone stale',
    text: 'You signed in or out in between, or were away for long. Nothing was changed.',
  },
  NO_SIGN_IN_UNDER_WAY: {
    title: 'That sign-in is over',
    text: 'A sign-in counts once, and this one was used or took too long. Please begin again.',
  },
  NO_ORDER_UNDER_WAY: {
    title: 'That confirmation is over',
    text: 'It counts once, and this one was used or took too long. Nothing was ordered twice.',
  },
  BASKET_CHANGED: {
    title: 'Your basket has changed',
    text: 'You confirmed something else than what is in it now, so nothing was ordered. Have another look.',
  },
  CONFIRMED_BY_SOMEBODY_ELSE: {
    title: 'Someone else confirmed this',
    text: 'The code was of another person than the one who is signed in here. Nothing was ordered.',
  },
  CONFIRMATION_TOO_OLD: {
    title: 'That code was given too long ago',
    text: 'An order has to be confirmed on the spot. Nothing was ordered.',
  },
  RESULT_OTP_REQUIRED: {
    title: 'A code is needed',
    text: 'This was confirmed without a one-time code, and an order needs one. Nothing was ordered.',
  },
  RESULT_TRANSACTION_WRONG: {
    title: 'Something else was confirmed',
    text: 'What was confirmed is not the order that is being placed. Nothing was ordered.',
  },
  RESULT_TRANSACTION_UNEXPECTED: FORGED,
  TOKEN_LOCKED: {
    title: 'Your device is locked',
    text: 'Too many wrong answers were given. Your administrator can unlock it.',
  },
  RATE_LIMITED: { title: 'Too many tries', text: 'Please wait a few minutes before the next order.' },
  RESULT_EXPIRED: {
    title: 'That took too long',
    text: 'The result of a sign-in lives for a minute. Please try again.',
  },
  RESULT_USED: { title: 'That sign-in was used already', text: 'It counts once. Please sign in again.' },
  RESULT_REVOKED: { title: 'You have no access any more', text: 'Your access ended while you signed in.' },
  PLAN_INACTIVE: { title: 'Signing in is closed', text: 'The shop’s account at the sign-in service is not active.' },
  TOO_MANY_ATTEMPTS: { title: 'Too many tries', text: 'Please wait a little before the next one.' },
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
const OTHER: Words = { title: 'That did not work', text: 'The sign-in service refused, so nothing was changed.' };

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
