import type { WidgetEvents } from '../loader/options.ts';
import './element.ts';

export type { CountersignSignInElement, SignInOptions } from '../element/sign-in-element.ts';
export type { CountersignFault } from '../loader/fault.ts';
export type { Success, WidgetError, WidgetEvents } from '../loader/options.ts';

/** The `$event` of `(success)` and the others. */
export type SignInEvent<Name extends keyof WidgetEvents> = CustomEvent<WidgetEvents[Name]>;
