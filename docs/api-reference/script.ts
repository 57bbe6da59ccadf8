/** Where the service of the examples is, until the script writes where it is read. */
export const EXAMPLE_SERVICE = 'https://auth.example';

/**
 * The reference's script: it searches in the navigation, keeps the language, copies, and writes the address of this
 * service into the examples. Without it all of the page is there, and the languages still change.
 */
export const REFERENCE_SCRIPT = `
const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
const search = document.getElementById('search'), found = document.getElementById('found'), list = document.getElementById('list');
const links = all('a', list), groups = all('details', list), open = groups.map((group) => group.open);
search.parentElement.hidden = false;
search.addEventListener('input', () => {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  let count = 0;
  for (const link of links) {
    const text = (link.textContent + ' ' + (link.dataset.find || '')).toLowerCase();
    const fits = words.every((word) => text.includes(word));
    link.parentElement.hidden = !fits;
    if (fits) count += 1;
  }
  groups.forEach((group, at) => {
    group.hidden = !all('li', group).some((item) => !item.hidden);
    group.open = words.length > 0 || open[at];
  });
  found.textContent = words.length === 0 ? '' : count === 0 ? 'Nothing found' : count + ' found';
});
const shown = () => links.filter((link) => link.offsetParent);
search.addEventListener('keydown', (event) => {
  if (event.key === 'ArrowDown') { event.preventDefault(); shown()[0]?.focus(); }
  if (event.key === 'Enter') shown()[0]?.click();
});
list.addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const at = shown().indexOf(event.target);
  if (!step || at < 0) return;
  event.preventDefault();
  (shown()[at + step] || search).focus();
});
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || /INPUT|TEXTAREA/.test(event.target.tagName)) return;
  if (search.offsetParent) { event.preventDefault(); search.focus(); }
});
const current = list.querySelector('[aria-current]');
if (current) { const side = document.getElementById('side'); side.scrollTop = current.offsetTop - side.clientHeight / 2; }
let kept;
try { kept = localStorage.getItem('countersign.reference.language'); } catch {}
for (const choice of all('[name=language]')) {
  if (choice.value === kept) choice.checked = true;
  choice.addEventListener('change', () => { try { localStorage.setItem('countersign.reference.language', choice.value); } catch {} });
}
for (const button of all('.copy')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.nextElementSibling.textContent);
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
}
const texts = document.createTreeWalker(document.getElementById('content'), NodeFilter.SHOW_TEXT);
while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replaceAll('${EXAMPLE_SERVICE}', location.origin);
`;
