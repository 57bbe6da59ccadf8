export const de = {
  once: 'Nur dieses eine Mal zu sehen',
  onceText:
    'Kopieren Sie es dorthin, wo es gebraucht wird. Niemand kann es noch einmal sehen, auch hier nicht; wer es hat, kann es benutzen.',
  haveIt: 'Ich habe es kopiert',
  rotate: 'Neues Geheimnis',
  rotateTitle: 'Ein neues Geheimnis für {0}',
  overlap: 'Wie lange das bisherige weiter gilt',
  overlapNone: 'Gar nicht: Es ist bekannt geworden',
  overlapHour: 'Eine Stunde',
  overlapDay: 'Einen Tag',
  overlapWeek: 'Eine Woche',
  overlapHint: 'Lange genug, um das neue überall einzusetzen. Ein noch älteres endet jetzt.',
  make: 'Neues Geheimnis erzeugen',
};
