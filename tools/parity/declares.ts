/** How each language declares a name, as far as the libraries need it. `NAME` stands for the name. */
const DECLARATIONS: Readonly<Record<string, readonly string[]>> = {
  ts: [
    String.raw`\b(?:function|class|interface|const|type)\s+NAME\b`,
    String.raw`^\s*(?:async\s+)?(?:readonly\s+)?NAME\??\s*(?:<[^>]*>)?\s*[(:]`,
  ],
  py: [
    String.raw`^\s*(?:(?:async\s+)?def|class)\s+NAME\b`,
    String.raw`^\s*(?:self\.)?NAME\s*(?::[^=\n]+)?=`,
    // A member of a data class, or a parameter.
    String.raw`(?:^|[(,])\s*NAME\s*:`,
  ],
  php: [
    String.raw`\b(?:function|class|enum|interface|trait|const)\s+NAME\b`,
    String.raw`\b(?:public|readonly|static|\??[A-Za-z\\|]+)\s+\$NAME\b`,
  ],
  java: [String.raw`\b(?:class|record|enum|interface)\s+NAME\b`, String.raw`[\w>\]]\s+NAME\s*[(;=,)]`],
};

/** True if the source declares the name; for `Client.users`, both parts. Uses and comments do not count. */
export function declares(source: string, extension: string, name: string): boolean {
  const patterns = DECLARATIONS[extension];
  if (patterns === undefined) return false;
  const code =
    extension === 'py' ? source.replaceAll(/#.*$/gm, '') : source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  return name.split('.').every((part) =>
    patterns.some((pattern) =>
      new RegExp(
        pattern.replaceAll('NAME', () => literal(part)),
        'm',
      ).test(code),
    ),
  );
}

function literal(text: string): string {
  return text.replaceAll(/[^\w]/g, '\\$&');
}
