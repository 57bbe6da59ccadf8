<!doctype html>
<html lang="en">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in</title>
<h1>Please sign in</h1>
<div id="sign-in" style="max-width: 26rem" data-resource="{{ $resource }}" data-own-passwords="{{ $siteChecksPassword ? 1 : '' }}"></div>
<p id="refused" role="alert"></p>
<script src="{{ $service }}/widget/v1/countersign.js"></script>
<script>
  const { resource, ownPasswords } = document.querySelector('#sign-in').dataset;
  // What the page that sent the browser here needs, and where that page is.
  const { next, acr, maxAgeMs } = Object.fromEntries(new URLSearchParams(location.search));
  const demand = { acr, ...(maxAgeMs && { maxAgeMs: Number(maxAgeMs) }) };
  const post = (route, body) =>
    fetch(`/countersign/${route}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  let begun = {};
  const widget = Countersign.mount('#sign-in', {
    resource,
    nonce: async () => {
      begun = await (await post('nonce', demand)).json();
      if (begun.nonce) return begun.nonce;
      location.assign('/');
      return new Promise(() => {}); // The page is on its way out.
    },
    ...((ownPasswords || acr || maxAgeMs) && { loginRequest: () => begun.loginRequest }),
    // The password was typed on the page before.
    onReady: () => ownPasswords && widget.focus(),
    onSuccess: async ({ result }) => {
      const answer = await post('sign-in', { result, next });
      const { redirect, code } = await answer.json();
      if (answer.ok) return location.assign(redirect);
      document.querySelector('#refused').textContent = `You are not signed in (${code}). Please try again.`;
      widget.reset();
    },
  });
</script>
</html>
