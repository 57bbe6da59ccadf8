import type { IconNode } from 'lucide';
import { createElement } from 'preact';

export type { IconNode } from 'lucide';

/** A lucide icon. Icons are data, so only imported ones are bundled. */
export function Icon({ node, size = 18 }: { node: IconNode; size?: number }) {
  return (
    <svg viewBox="0 0 24 24" width={size} height={size} aria-hidden="true" focusable="false" class="icon-line">
      {node.map(([tag, attributes]) => createElement(tag, { ...attributes, key: JSON.stringify(attributes) }))}
    </svg>
  );
}
