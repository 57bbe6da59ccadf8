import { Component, CUSTOM_ELEMENTS_SCHEMA, EventEmitter, Output, signal } from '@angular/core';
import type { CountersignSignInElement, SignInEvent } from '@countersign/widget/angular';
import '@countersign/widget/angular';

@Component({
  selector: 'app-sign-in',
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `
    <countersign-sign-in
      #widget
      service="https://auth.example"
      resource="res_01k8dq9z2mp"
      [nonce]="fetchNonce"
      (success)="verify($event, widget)"
    >
      <p data-countersign-fallback hidden>The sign-in cannot be loaded. Please try again later.</p>
    </countersign-sign-in>
    @if (refused()) {
      <p role="alert">You are not signed in. Please try again.</p>
    }
  `,
})
export class SignIn {
  @Output() readonly signedIn = new EventEmitter<string>();
  readonly refused = signal(false);
  readonly fetchNonce = async () => (await fetch('/sign-in/nonce', { method: 'POST' })).text();

  async verify({ detail }: SignInEvent<'success'>, widget: CountersignSignInElement) {
    const answer = await fetch('/sign-in', { method: 'POST', body: detail.result }).catch(() => undefined);
    if (answer?.ok) return this.signedIn.emit(await answer.text());
    this.refused.set(true);
    widget.reset();
  }
}
