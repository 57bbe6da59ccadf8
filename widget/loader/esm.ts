import { autoMount } from './auto-mount.ts';
import { mountWidget } from './mount.ts';
import type { MountOptions, WidgetHandle } from './options.ts';

export type { Theme, Variables } from '@countersign/protocol/appearance';
export type {
  LiveOptions,
  MaybeLazy as Late,
  MountOptions,
  Success,
  WidgetError,
  WidgetEvents,
  WidgetHandle,
} from './options.ts';

const scriptUrl: string = import.meta.url;

/**
 * Mounts the widget into an element, or the first match of a selector. Returns null without a document (on a server)
 * or without such an element.
 *
 * @example
 * const widget = mount('#sign-in', { resource: 'res_01k8dq9z2mp', nonce: () => fetchNonce() });
 * const result = await widget?.result();
 */
export function mount(target: HTMLElement | string, options: MountOptions): WidgetHandle | null {
  return globalThis.document ? mountWidget(target, options, scriptUrl) : null;
}

/** Mounts the declared widgets (`data-countersign`) below the root; mounted ones are left alone. */
export function scan(root: ParentNode | undefined = globalThis.document): void {
  if (root) autoMount(root, scriptUrl);
}
