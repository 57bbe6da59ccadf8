const SANDBOX = 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox';
const PERMISSIONS = ['publickey-credentials-get', 'publickey-credentials-create', 'otp-credentials', 'clipboard-write'];

/** About the height of the first step, so that the page does not jump. */
const RESERVED_HEIGHT = 348;
const MIN_HEIGHT = 120;
const MAX_HEIGHT = 1_200;

/**
 * The iframe, hidden until the frame has put on its theme: no white box, no flash. All styles go through CSSOM, because
 * a host's CSP may forbid style attributes.
 */
export function createFrame(service: string, resource: string): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.src = `${service}/widget/v1/frame?resource=${resource}&origin=${origin}`;
  frame.allow = PERMISSIONS.map((permission) => `${permission} ${service}`).join(';');
  frame.sandbox.value = SANDBOX;
  frame.style.cssText = `display:block;width:100%;border:0;visibility:hidden;height:${RESERVED_HEIGHT}px`;
  return frame;
}

export function resizeFrame(frame: HTMLIFrameElement, height: number): void {
  frame.style.height = `${Math.min(MAX_HEIGHT, Math.max(MIN_HEIGHT, Math.ceil(height)))}px`;
}

/** The lowest number that no other widget on the page has, so that it is the same after a reload. */
export function claimSlot(frame: HTMLIFrameElement): number {
  let slot = 0;
  while (document.querySelector(`[data-countersign-mounted="${slot}"]`)) slot++;
  frame.dataset.countersignMounted = `${slot}`;
  return slot;
}
