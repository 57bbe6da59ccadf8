import { autoMount } from './auto-mount.ts';
import { mountWidget } from './mount.ts';
import type { MountOptions, WidgetHandle } from './options.ts';
import { whenParsed } from './when-parsed.ts';

/** `<script src=".../countersign.js">`: defines the global `Countersign` and mounts declared widgets. */
declare global {
  interface Window {
    Countersign?: {
      mount(target: HTMLElement | string, options: MountOptions): WidgetHandle | null;
      scan(root?: ParentNode): void;
    };
  }
}

const scriptUrl = (document.currentScript as HTMLScriptElement | null)?.src;

// A second copy on the page keeps the first.
window.Countersign ??= {
  mount: (target, options) => mountWidget(target, options, scriptUrl),
  scan: (root = document) => autoMount(root, scriptUrl),
};
whenParsed(() => window.Countersign?.scan());
