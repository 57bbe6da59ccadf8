import { createHash } from 'node:crypto';

/**
 * Runs before the first paint. The service shows the documents in a sandbox without storage, which the theme expects:
 * there it gets one that lasts as long as the page.
 */
const SCRIPT = `for(const name of["localStorage","sessionStorage"])try{window[name]}catch{const kept=new Map;Object.defineProperty(window,name,{value:{getItem:k=>kept.get(k)??null,setItem:(k,v)=>void kept.set(k,String(v)),removeItem:k=>void kept.delete(k)}})}
const chosen=localStorage.getItem("vitepress-theme-appearance")||"auto",root=document.documentElement.classList;
root.toggle("dark",chosen==="auto"?matchMedia("(prefers-color-scheme: dark)").matches:chosen==="dark");
root.toggle("mac",/Mac|iPhone|iPod|iPad/i.test(navigator.platform));
`;

export const BEFORE_PAINT = {
  path: `assets/before-paint.${createHash('sha256').update(SCRIPT).digest('hex').slice(0, 8)}.js`,
  script: `{${SCRIPT}}\n`,
};

/** Inline scripts and style attributes out: the service's policy allows neither. */
export function withoutInline(page: string, base: string): string {
  return page
    .replace('<script id="check-dark-mode">', `<script src="${base}${BEFORE_PAINT.path}"></script>$&`)
    .replaceAll(/<script id="[^"]*">[\s\S]*?<\/script>/g, '')
    .replaceAll(/(<[a-z][^<>]*?) style="[^"]*"/g, '$1');
}
