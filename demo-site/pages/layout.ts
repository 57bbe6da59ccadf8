import { html } from 'hono/html';
import { sprig } from '../illustrations/pictures.ts';
import { itemCount } from '../shop/basket.ts';
import type { Session } from '../shop/sessions.ts';

export type Markup = ReturnType<typeof html>;

/** The layout of every page. Without a session, after an early failure, it is that of a signed-out visitor. */
export function layout(
  session: Session | undefined,
  { title, main, head = '' }: { title: string; main: Markup; head?: Markup | '' },
): Markup {
  const count = session ? itemCount(session.basket) : 0;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Juniper &amp; Fern</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/shop.css">
${head}
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top">
  <a class="brand" href="/">${sprig()}<span>Juniper <i>&amp;</i> Fern</span></a>
  <nav aria-label="Shop">
    <a class="plants-link" href="/#plants">Plants</a>
    <a href="/basket">Basket${count > 0 ? html` <b class="count">${count}</b>` : ''}</a>
    ${
      session?.person
        ? html`<a class="me" href="/account">${session.person.login}</a>`
        : html`<a class="me" href="/sign-in">Sign in</a>`
    }
  </nav>
</header>
<main id="main">${main}</main>
<footer class="bottom">
  <p>Juniper &amp; Fern is a pretend shop: it shows how a site lets people sign in with Countersign. Nothing is sold and
  nothing is kept but in memory.</p>
</footer>
</body>
</html>`;
}

/** The session's CSRF token as a form field. Every POST needs it. */
export function csrfField({ csrf }: Pick<Session, 'csrf'>): Markup {
  return html`<input type="hidden" name="csrf" value="${csrf}">`;
}
