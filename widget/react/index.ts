import { createElement, type HTMLAttributes, type ReactElement, useEffect, useRef } from 'react';
import { mount } from '../loader/esm.ts';
import type { MountOptions, WidgetHandle } from '../loader/options.ts';

export type { MountOptions, Success, WidgetError, WidgetEvents, WidgetHandle } from '../loader/options.ts';

export interface CountersignProps extends MountOptions {
  /** The handle while the widget is mounted, else null. */
  handleRef?: { current: WidgetHandle | null };
  /** Attributes of the element around the widget. */
  container?: HTMLAttributes<HTMLDivElement>;
}

/**
 * The widget as a React component. Callbacks may change on each render: the latest is called. Another `resource` or
 * `service` remounts the widget; any other change updates it in place.
 */
export function Countersign({ handleRef, container, ...options }: CountersignProps): ReactElement {
  const element = useRef<HTMLDivElement>(null);
  const handle = useRef<WidgetHandle | null>(null);
  const newest = useRef({ options, handleRef });
  newest.current = { options, handleRef };

  // Another resource or service needs another frame.
  const { resource, service } = options;
  useEffect(() => {
    if (!element.current) return;
    const mounted = mount(element.current, { ...newest.current.options, resource, ...(service && { service }) });
    const tell = (current: WidgetHandle | null) => {
      handle.current = current;
      if (newest.current.handleRef) newest.current.handleRef.current = current;
    };
    tell(mounted);
    return () => {
      mounted?.destroy();
      tell(null);
    };
  }, [resource, service]);

  useEffect(() => handle.current?.update(newest.current.options));

  return createElement('div', { ...container, ref: element });
}
