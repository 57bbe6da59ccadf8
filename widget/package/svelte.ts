import type { Component, Snippet } from 'svelte';
import type { HTMLAttributes } from 'svelte/elements';
import type { CountersignSignInElement } from '../element/sign-in-element.ts';
import type { SignInProps } from './binding.ts';

export type { CountersignSignInElement } from '../element/sign-in-element.ts';
export type { CountersignFault } from '../loader/fault.ts';
export type { Success, WidgetError, WidgetEvents } from '../loader/options.ts';

/** The options, the callbacks, and attributes of the element such as `class`. Children are the fallback. */
export interface CountersignSignInProps extends SignInProps, Omit<HTMLAttributes<HTMLElement>, keyof SignInProps> {
  /** Bindable: the element, with `reset()` and `focus()`. */
  element?: CountersignSignInElement;
  children?: Snippet;
}

/** The sign-in as a Svelte component: the types of `svelte/sign-in.svelte`, which the user's build compiles. */
export declare const CountersignSignIn: Component<CountersignSignInProps, Record<string, never>, 'element'>;
