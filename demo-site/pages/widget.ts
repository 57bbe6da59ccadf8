import { html } from 'hono/html';
import type { Session } from '../shop/sessions.ts';
import { csrfField, type Markup } from './layout.ts';

export interface WidgetPlace {
  /** Origin of the service. */
  service: string;
  resource: string;
  nonce: string;
  /** Second-factor-only mode. */
  loginRequest?: string;
  /** The address that the result is posted to. */
  action: string;
  /** Accessible name of the frame. */
  title: string;
  /** Further fields of the form. */
  fields?: Readonly<Record<string, string>>;
}

/** The two scripts that mount the widget: the service's loader, then the shop's own. */
export function widgetScripts(service: string): Markup {
  return html`<script src="${service}/widget/v1/countersign.js" defer></script>
<script src="/assets/sign-in.js" defer></script>`;
}

/** The widget for self-service. It needs no form, because it returns no result. */
export function ownPlace({ resource, nonce, title }: Pick<WidgetPlace, 'resource' | 'nonce' | 'title'>): Markup {
  return html`<div data-title="${title}">
    <div id="countersign" data-resource="${resource}" data-nonce="${nonce}" data-purpose="self">
      <div class="fallback" data-countersign-fallback hidden>
        <p><b>This cannot be loaded right now.</b></p>
        <p>Is the service running? <a href="">Try again</a></p>
      </div>
    </div>
    <noscript><p class="fallback">This needs JavaScript.</p></noscript>
  </div>`;
}

/** A form around the widget, which posts the result to the shop's backend like any other field. */
export function widgetForm(session: Session, place: WidgetPlace): Markup {
  const { resource, nonce, loginRequest, action, title, fields = {} } = place;
  return html`<form class="widget" method="post" action="${action}" data-title="${title}">
    ${csrfField(session)}
    <input type="hidden" name="countersign_result">
    ${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
    <div id="countersign" data-resource="${resource}" data-nonce="${nonce}"${
      loginRequest === undefined ? '' : html` data-login-request="${loginRequest}"`
    }>
      <div class="fallback" data-countersign-fallback hidden>
        <p><b>Signing in cannot be loaded right now.</b></p>
        <p>Is the service running, and does this page’s address have access? <a href="">Try again</a></p>
      </div>
    </div>
    <noscript><p class="fallback">Signing in needs JavaScript.</p></noscript>
  </form>`;
}
