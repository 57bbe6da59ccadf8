import { createElement, forwardRef, type HTMLAttributes, useEffect, useImperativeHandle, useRef } from 'react';
import type { CountersignSignInElement } from '../element/sign-in-element.ts';
import { attributesOf, bindElement, type SignInProps } from './binding.ts';

export type { CountersignSignInElement } from '../element/sign-in-element.ts';
export type { CountersignFault } from '../loader/fault.ts';
export type { Success, WidgetError, WidgetEvents } from '../loader/options.ts';

/** The options, the callbacks, and attributes of the element such as `className`. Children are the fallback. */
export interface CountersignSignInProps extends SignInProps, Omit<HTMLAttributes<HTMLElement>, keyof SignInProps> {}

/** The sign-in as a React component. Callbacks may change on each render: the newest is called. */
export const CountersignSignIn = forwardRef<CountersignSignInElement, CountersignSignInProps>((props, ref) => {
  const element = useRef<CountersignSignInElement>(null);
  const binding = useRef<ReturnType<typeof bindElement> | null>(null);
  const newest = useRef(props);
  newest.current = props;
  useImperativeHandle(ref, () => element.current as CountersignSignInElement, []);

  useEffect(() => {
    if (!element.current) return;
    const bound = bindElement(element.current, newest.current);
    binding.current = bound;
    return () => {
      binding.current = null;
      bound.release();
    };
  }, []);
  useEffect(() => binding.current?.update(props));

  // React passes `className` on to a custom element only since version 19.
  const { className, ...attributes } = attributesOf(props);
  const named = className === undefined ? attributes : { ...attributes, class: className };
  return createElement('countersign-sign-in', { ...named, deferred: '', ref: element });
});
CountersignSignIn.displayName = 'CountersignSignIn';
