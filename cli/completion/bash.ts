import type { Level } from './levels.ts';

/** The words of the line say which command it is, and the word before whether a value follows: then files are offered. */
export function bashScript(levels: readonly Level[]): string {
  const cases = levels.map(({ at, commands, options, choices }) => {
    const words = [...commands.map(({ name }) => name), ...choices].join(' ');
    const flags = options.map(({ name }) => name).join(' ');
    const valued = options.filter(({ takesValue }) => takesValue).map(({ name }) => name);
    return `    '${at}') words='${words}' flags='${flags}' valued=' ${valued.join(' ')} ' ;;`;
  });
  return `# countersign completion for bash: source <(countersign completion bash)
_countersign() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} at='' words='' flags='' valued='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at/\${COMP_WORDS[i]}" in
${knownPaths(levels)}) at="$at/\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at" in
${cases.join('\n')}
  esac
  COMPREPLY=()
  [[ $valued == *" $previous "* ]] && return
  [[ $current == -* ]] && words=$flags
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _countersign countersign
`;
}

/** As a pattern of `case`. */
function knownPaths(levels: readonly Level[]): string {
  return `      ${levels
    .filter(({ at }) => at !== '')
    .map(({ at }) => at)
    .join(' | ')}`;
}
