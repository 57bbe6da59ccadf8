import { mountWidget } from './mount.ts';
import type { MountOptions } from './options.ts';

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
    mountWidget(element, options as unknown as MountOptions, scriptUrl)?.on('success', ({ result }) => {
      let form = element.closest('form');
      if ('action' in dataset) {
        form = document.createElement('form');
        form.action = dataset.action as string;
        document.body.append(form);
      }
      if (!form) return;
      // A result goes only to the page's own origin, even if the markup was injected.
      if (!form.action.startsWith(`${origin}/`)) throw new Error(form.action);
      // The default method is GET, which would put the result into addresses and logs.
      form.method = 'post';
      form.append(
        Object.assign(document.createElement('input'), { type: 'hidden', name: 'countersign_result', value: result }),
      );
      form.requestSubmit();
    });
  }
}
