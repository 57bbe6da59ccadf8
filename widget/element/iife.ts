import { mountWidget } from '../loader/mount.ts';
import { defineElement } from './sign-in-element.ts';

/** `<script src=".../element.js">`: defines `<countersign-sign-in>`. */
const scriptUrl = (document.currentScript as HTMLScriptElement | null)?.src;

defineElement((target, options) => mountWidget(target, options, scriptUrl));
