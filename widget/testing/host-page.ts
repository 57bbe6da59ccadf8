/** A page as an integrator would write it. `script` runs after the loader. */
export function hostPage(service: string, body: string, script = '', dark = false): string {
  return `<!doctype html>
<html lang="en"${dark ? ' style="color-scheme: dark"' : ''}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Host</title>
<script src="${service}/widget/v1/countersign.js"></script>
</head>
<body>
<main>${body}</main>
<script>${script.replaceAll('</', '<\\/')}</script>
</body>
</html>`;
}
