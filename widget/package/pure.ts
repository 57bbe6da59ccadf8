import { autoMount } from '../loader/auto-mount.ts';
import { mountWidget } from '../loader/mount.ts';
import type { MountOptions, WidgetHandle } from '../loader/options.ts';
import { checkOptions } from './check-options.ts';

export type { Theme, Variables } from '@countersign/protocol/appearance';
export type { CountersignFault } from '../loader/fault.ts';
export type {
  LiveOptions,
  MaybeLazy as Late,
  MountOptions,
  Success,
  WidgetError,
  WidgetEvents,
  WidgetHandle,
} from '../loader/options.ts';

/** A bundle does not know the service. */
export type PackageOptions = MountOptions & { service: string };

/**
 * Mounts the widget into an element, or the first match of a selector. Returns null without a document (on a server).
 * Without such an element it returns null too; a development build throws a `CountersignFault` then, and for missing
 * options.
 *
 * @example
 * const widget = mount('#sign-in', { service: 'https://auth.example', resource: 'res_01k8dq9z2mp', nonce: fetchNonce });
 * const result = await widget?.result();
 */
export function mount(target: HTMLElement | string, options: PackageOptions): WidgetHandle | null {
  if (!globalThis.document) return null;
  if (import.meta.env.DEV) checkOptions(target, options);
  return mountWidget(target, options, undefined);
}

/** Mounts the declared widgets (`data-countersign data-service`) below the root; mounted ones are left alone. */
export function scan(root: ParentNode | undefined = globalThis.document): void {
  if (root) autoMount(root, undefined);
}
