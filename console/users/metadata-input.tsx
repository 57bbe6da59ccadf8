import { useState } from 'preact/hooks';
import type { Input, InputViewProps } from '../edit/inputs.ts';
import { t } from './i18n.ts';
import { readMetadata, writeMetadata } from './metadata.ts';

/** Metadata as JSON. Text that is none yet is the value while it is typed, and a mistake. */
export function metadataInput(): Input {
  return {
    name: 'metadata',
    kind: 'part',
    label: t('metadata'),
    hint: t('metadataHint'),
    text: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
    check: (value) => (typeof value === 'string' ? t('metadataBad') : undefined),
    draw: (props) => <MetadataView {...props} />,
  };
}

function MetadataView({ input, id, value, error, isReadOnly, onChange }: InputViewProps) {
  const [text, setText] = useState(writeMetadata(value));
  // The value changes without the text when changes are discarded.
  const isTyped = JSON.stringify(readMetadata(text)) === JSON.stringify(value ?? null);
  return (
    <textarea
      class="input"
      id={`${id}-text`}
      rows={4}
      maxLength={8192}
      placeholder='{ "plan": "gold" }'
      spellcheck={false}
      autocomplete="off"
      aria-label={input.label}
      aria-invalid={error ? 'true' : undefined}
      readOnly={isReadOnly}
      value={isTyped ? text : writeMetadata(value)}
      onInput={({ currentTarget }) => {
        setText(currentTarget.value);
        onChange(readMetadata(currentTarget.value));
      }}
    />
  );
}
