import type { Level } from './levels.ts';

/** Not `path`: that name is the search path of zsh itself. */
export function zshScript(levels: readonly Level[]): string {
  const cases = levels.map(({ at, commands, options, choices }) => {
    const offered = [...commands, ...choices.map((name) => ({ name, about: '' }))].map(entry).join(' ');
    const valued = options.filter(({ takesValue }) => takesValue).map(({ name }) => name);
    return `    '${at}') commands=(${offered}) options=(${options.map(entry).join(' ')}) valued=(${valued.join(' ')}) ;;`;
  });
  return `#compdef countersign
# countersign completion for zsh: source <(countersign completion zsh), after compinit
_countersign() {
  local at='' word
  local -a commands options valued
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at/$word" in
      ${levels
        .filter(({ at }) => at !== '')
        .map(({ at }) => at)
        .join(' | ')}) at="$at/$word" ;;
    esac
  done
  case "$at" in
${cases.join('\n')}
  esac
  if (( \${valued[(Ie)\${words[CURRENT-1]}]} )); then
    _files
  elif [[ $PREFIX == -* ]]; then
    _describe option options
  elif (( $#commands )); then
    _describe command commands
  else
    _files
  fi
}
compdef _countersign countersign
`;
}

/** A name and its description, which a colon separates. */
function entry({ name, about }: { name: string; about: string }): string {
  const text = about === '' ? name : `${name}:${about}`;
  return `'${text.replaceAll("'", "'\\''")}'`;
}
