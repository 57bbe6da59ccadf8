/** English of what is loaded when there is a question for a device, or something to confirm. */
export const enSigning = {
  signTitle: 'Check and confirm',
  unsignedExpired: 'It was open for too long. Go back to the site and start again.',
  confirmingAs: 'Confirming as',
  deviceHow: 'Type this into your device:',
  deviceAnswer: 'Answer of your device',
  copy: 'Copy',
  copied: 'Copied',
  cancel: 'Cancel',
  // Never met without having seen what was cancelled.
  TRANSACTION_CANCELLED: 'You cancelled. Go back to the site if you want to change something.',
} as const;
