import { html } from 'hono/html';
import type { ResultClaims } from '../../clients/typescript/src/index.ts';
import type { Markup } from './layout.ts';
import { methodOf, moment, otpMeaning } from './wording.ts';

/** The user and the method from the verified result: first in words, then claim by claim. */
export function claimsTable(claims: ResultClaims): Markup {
  const { sub, preferred_username, amr, acr, otp, txn, origin, auth_time, iss, aud, jti } = claims;
  return html`<dl class="claims">
    <div><dt>Who</dt><dd>${preferred_username} <code>${sub}</code></dd></div>
    <div><dt>How</dt><dd>${methodOf(claims)}<br><small>${otpMeaning(claims)}</small></dd></div>
    <div><dt>When</dt><dd>${moment(auth_time)}</dd></div>
    <div><dt>From</dt><dd><code>${origin}</code></dd></div>
  </dl>
  <details class="raw">
    <summary>The result, claim by claim</summary>
    <dl class="claims">
      ${Object.entries({
        ...{ amr: amr.join(' ') || '(none)', acr, otp, sub },
        ...(txn !== undefined && { txn }),
        ...{ aud, iss, jti },
      }).map(([name, value]) => html`<div><dt><code>${name}</code></dt><dd><code>${value}</code></dd></div>`)}
    </dl>
  </details>`;
}
