import { defineElement } from '../element/sign-in-element.ts';
import { mount, type PackageOptions } from './pure.ts';

export type { CountersignSignInElement, SignInOptions } from '../element/sign-in-element.ts';
export type { CountersignFault } from '../loader/fault.ts';
export type { MountOptions, Success, WidgetError, WidgetEvents } from '../loader/options.ts';

defineElement((target, options) => mount(target, options as PackageOptions));
