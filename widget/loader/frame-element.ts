const SANDBOX = 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox';
const PERMISSIONS = ['publickey-credentials-get', 'publickey-credentials-create', 'otp-credentials', 'clipboard-write'];

/**
 * The iframe, hidden until the frame has put on its theme: no white box, no flash. All styles go through CSSOM, because
 * a host's CSP may forbid style attributes. The height is about that of the first step, so that the page does not jump.
 */
export function createFrame(service: string, resource: string): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.src = `${service}/widget/v1/frame?resource=${resource}&origin=${origin}`;
  frame.allow = PERMISSIONS.map((permission) => `${permission} ${service}`).join(';');
  frame.sandbox.value = SANDBOX;
  frame.style.cssText = `display:block;width:100%;border:0;visibility:hidden;height:348px`;
  return frame;
}

/** As high as its content, within reason: a frame of no height cannot be seen, one without end hides the page. */
export function resizeFrame(frame: HTMLIFrameElement, height: number): void {
  frame.style.height = `${Math.min(1_200, Math.max(120, Math.ceil(height)))}px`;
}

/** The lowest number that no other widget on the page has, so that it is the same after a reload. */
export function claimSlot(frame: HTMLIFrameElement): number {
  let slot = 0;
  while (document.querySelector(`[data-countersign-mounted="${slot}"]`)) slot++;
  frame.dataset.countersignMounted = `${slot}`;
  return slot;
}
