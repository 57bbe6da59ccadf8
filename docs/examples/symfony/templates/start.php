<!doctype html>
<html lang="en">
<title>Juniper shop</title>
<h1>Juniper shop</h1>
<?php if ($ownPasswords) { ?>
<form method="post" action="/password">
  <p role="alert"><?= $text($refused) ?></p>
  <label>Name <input name="name" autocomplete="username"></label>
  <label>Password <input name="password" type="password" autocomplete="current-password"></label>
  <button type="submit">Continue</button>
</form>
<?php } else { ?>
<a href="/sign-in">Sign in</a>
<?php } ?>
</html>
