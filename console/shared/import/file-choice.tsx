import { Alert } from '@countersign/ui/alert.tsx';
import { FileUp } from 'lucide';
import { useRef, useState } from 'preact/hooks';
import { Icon } from '../../parts/icon.tsx';

export interface FileChoiceProps {
  label: string;
  hint: string;
  accept: string;
  mistake: string | undefined;
  onFile(file: File): void;
}

/** Chooses or drops a file. It stays in the page until the import starts. */
export function FileChoice({ label, hint, accept, mistake, onFile }: FileChoiceProps) {
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  return (
    <div>
      <fieldset
        aria-label={label}
        class={isOver ? 'drop over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          const file = event.dataTransfer?.files[0];
          if (file) onFile(file);
        }}
      >
        <input
          ref={input}
          class="unseen"
          type="file"
          accept={accept}
          tabIndex={-1}
          aria-hidden="true"
          onChange={({ currentTarget }) => {
            const file = currentTarget.files?.[0];
            // Allow choosing the same file again after it was edited.
            currentTarget.value = '';
            if (file) onFile(file);
          }}
        />
        <button type="button" class="small-primary" onClick={() => input.current?.click()}>
          <Icon node={FileUp} size={16} />
          {label}
        </button>
        <p class="hint">{hint}</p>
      </fieldset>
      <Alert>{mistake}</Alert>
    </div>
  );
}

/** Downloads a text as a file. */
export function download(name: string, text: string, type: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
