const SANDBOX =
  'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads allow-modals';
/** Each applies to the frame's initial origin, and to no other after a navigation (Permissions Policy, 6.2). */
const PERMISSIONS = 'publickey-credentials-get;publickey-credentials-create;otp-credentials;clipboard-write';

/**
 * Creates the iframe, hidden until its document is there, to avoid a white flash. All styles go through
 * CSSOM, because a host's CSP may forbid style attributes. The initial height is about that of the first step, so that
 * the page hardly moves.
 */
export function createFrame(): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.allow = PERMISSIONS;
  frame.sandbox = SANDBOX;
  // The height follows the content within bounds: without a height the frame cannot be seen, and a huge one hides the
  // page.
  frame.style = 'display:block;width:100%;border:0;visibility:hidden;height:348px;min-height:120px;max-height:1600px';
  // The lowest free number on the page, so that it is the same after a reload.
  let slot = 0;
  while (document.querySelector(`[data-countersign-mounted="${slot}"]`)) slot++;
  frame.dataset.countersignMounted = `${slot}`;
  return frame;
}
