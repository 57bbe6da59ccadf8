/**
 * Posts the result as the form field `countersign_result`: to the address, or else with the form around the element.
 * Without either nothing happens. The form is asked for nothing by name, because fields of it called `action` or
 * `method` hide its own: a button of ours submits it, and is the field.
 */
export function postResult(element: HTMLElement, address: string | null | undefined, value: string): void {
  let place = element;
  if (address != null) {
    place = document.createElement('form');
    document.body.append(place);
  }
  // The default method is GET, which would put the result into addresses and logs.
  const button = Object.assign(document.createElement('button'), {
    name: 'countersign_result',
    value,
    formMethod: 'post',
  });
  place.append(button);
  if (button.form) {
    button.formAction = address ?? place.getAttribute.call(button.form, 'action') ?? '';
    // A result goes only to the page's own origin, even if the markup was injected.
    if (button.formAction.startsWith(`${origin}/`)) button.click();
    else reportError(button.formAction);
  }
  button.remove();
}
