import { mountWidget } from './mount.ts';
import type { MountOptions } from './options.ts';
import { postResult } from './post-result.ts';

/**
 * Mounts every `<div data-countersign data-resource data-nonce [data-action] ...>` under the root that has none yet.
 * The result is posted as the form field `countersign_result`: to `data-action`, which must be of the page's own
 * origin, or else with the form around the element. With neither, the page listens for `countersign:success`.
 */
export function autoMount(root: ParentNode, scriptUrl: string | undefined): void {
  for (const element of root.querySelectorAll<HTMLElement>('[data-countersign]:not([data-countersign-mounted])')) {
    const { dataset } = element;
    dataset.countersignMounted = '';
    // Attribute names are option names (`data-login-request`); unknown ones are ignored.
    // Markup may name another service for the frame. It may not name one whose code runs in this page, as a popup's does.
    const options = { ...dataset, closable: 'closable' in dataset, mode: dataset.service ? '' : dataset.mode };
    mountWidget(element, options as unknown as MountOptions, scriptUrl)?.on('success', ({ result }) =>
      postResult(element, dataset.action, result),
    );
  }
}
