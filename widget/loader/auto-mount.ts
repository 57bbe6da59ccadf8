import { mountWidget } from './mount.ts';
import type { MountOptions } from './options.ts';

/**
 * Mounts every `<div data-countersign data-resource data-nonce [data-action] ...>` under the root that has none yet.
 * The result is posted as the form field `countersign_result`: to `data-action`, which must be of the page's own
 * origin, or else with the form around the element. With neither, the page listens for `countersign:success`.
 */
export function autoMount(root: ParentNode, scriptUrl: string | undefined): void {
  for (const element of root.querySelectorAll<HTMLElement>('[data-countersign]:not([data-countersign-mounted])')) {
    element.dataset.countersignMounted = '';
    // Attribute names are option names (`data-login-request`); unknown ones are ignored.
    const options = { ...element.dataset, closable: 'closable' in element.dataset };
    mountWidget(element, options as unknown as MountOptions, scriptUrl).on('success', ({ result }) =>
      post(element, element.dataset.action, result),
    );
  }
}

function post(element: HTMLElement, action: string | undefined, result: string): void {
  let form = element.closest('form');
  if (action !== undefined) {
    form = document.createElement('form');
    form.action = action;
    document.body.append(form);
  }
  if (!form) return;
  // A result goes only to the page's own origin, even if the markup was injected.
  if (!form.action.startsWith(`${origin}/`)) throw new Error('action');
  // The default method is GET, which would put the result into addresses and logs.
  form.method = 'post';
  const field = { type: 'hidden', name: 'countersign_result', value: result };
  form.append(Object.assign(document.createElement('input'), field));
  form.requestSubmit();
}
