const SANDBOX =
  'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads allow-modals';
/** Each for the origin that the frame is loaded from, and for no other that it may be led to (Permissions Policy, 6.2). */
const PERMISSIONS = 'publickey-credentials-get;publickey-credentials-create;otp-credentials;clipboard-write';

/**
 * The iframe, hidden until the frame has put on its theme: no white box, no flash. All styles go through CSSOM, because
 * a host's CSP may forbid style attributes. The height is about that of the first step, so that the page does not jump.
 */
export function createFrame(service: string, resource: string): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.src = `${service}/widget/v1/frame?resource=${resource}&origin=${origin}`;
  frame.allow = PERMISSIONS;
  frame.sandbox.value = SANDBOX;
  // As high as its content, within reason: a frame of no height cannot be seen, one without end hides the page.
  frame.style.cssText =
    'display:block;width:100%;border:0;visibility:hidden;height:348px;min-height:120px;max-height:1600px';
  return frame;
}

/** The lowest number that no other widget on the page has, so that it is the same after a reload. */
export function claimSlot(frame: HTMLIFrameElement): number {
  let slot = 0;
  while (document.querySelector(`[data-countersign-mounted="${slot}"]`)) slot++;
  frame.dataset.countersignMounted = `${slot}`;
  return slot;
}
