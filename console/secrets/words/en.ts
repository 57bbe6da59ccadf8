/** What rooms say that make secrets. */
export const en = {
  once: 'Shown this once',
  onceText: 'Copy it to where it is used. Nobody can see it again, not even here; whoever has it can use it.',
  haveIt: 'I have copied it',
  rotate: 'New secret',
  rotateTitle: 'A new secret for {0}',
  overlap: 'How long the one before works on',
  overlapNone: 'Not at all: it has leaked',
  overlapHour: 'An hour',
  overlapDay: 'A day',
  overlapWeek: 'A week',
  overlapHint: 'Long enough to put the new one everywhere. An older one from a change before ends now.',
  make: 'Make a new secret',
} as const;
