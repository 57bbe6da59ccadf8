/** Text that breaks before the `@`, dots and slashes of an address, instead of inside a word. */
export function Breakable({ text }: { text: string }) {
  const [first, ...others] = text.split(/(?<=[\p{L}\p{N}])(?=[@._/])/u);
  return (
    <>
      {first}
      {others.map((part) => [<wbr />, part])}
    </>
  );
}

export function Muted({ text }: { text: string }) {
  return (
    <span class="muted">
      <Breakable text={text} />
    </span>
  );
}
