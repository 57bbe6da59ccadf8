// This build compiles the components in the browser. The Angular CLI does it before, and needs no such line.
import '@angular/compiler';
import { Component, type OnInit, signal } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { SignIn } from './sign-in.ts';

@Component({
  selector: 'sign-in-page',
  imports: [SignIn],
  template: `
    @if (login()) {
      <h1>Hello, {{ login() }}</h1>
      <form method="post" action="/sign-out"><button type="submit">Sign out</button></form>
    } @else if (login() === '') {
      <h1>Please sign in</h1>
      <app-sign-in (signedIn)="login.set($event)" />
    }
  `,
})
class Page implements OnInit {
  readonly login = signal<string | undefined>(undefined);

  async ngOnInit() {
    this.login.set(await (await fetch('/session')).text());
  }
}

bootstrapApplication(Page);
