import type { Level } from './levels.ts';

export function fishScript(levels: readonly Level[]): string {
  const lines = levels.flatMap(({ at, commands, options, choices }) => {
    // With a slash behind, so that no text is empty.
    const here = `complete -c countersign -n 'test (__countersign_at) = "${at}/"'`;
    return [
      ...commands.map(({ name, about }) => `${here} -f -a ${name} -d ${quoted(about)}`),
      ...choices.map((name) => `${here} -f -a ${name}`),
      ...options.map(
        ({ name, about, takesValue }) => `${here} -l ${name.slice(2)} -d ${quoted(about)}${takesValue ? ' -r' : ''}`,
      ),
    ];
  });
  return `# countersign completion for fish: countersign completion fish | source
function __countersign_at
    set -l at /
    for word in (commandline -opc)[2..]
        switch "$at$word"
            case ${levels
              .filter(({ at }) => at !== '')
              .map(({ at }) => at)
              .join(' ')}
                set at "$at$word/"
        end
    end
    echo $at
end
${lines.join('\n')}
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
