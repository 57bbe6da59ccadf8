<!doctype html>
<html lang="en">
<title>Juniper shop</title>
<h1>Juniper shop</h1>
@if ($ownPasswords)
<form method="post" action="/password">
  @csrf
  <p role="alert">{{ $refused ?? '' }}</p>
  <label>Name <input name="name" autocomplete="username"></label>
  <label>Password <input name="password" type="password" autocomplete="current-password"></label>
  <button type="submit">Continue</button>
</form>
@else
<a href="/sign-in">Sign in</a>
@endif
</html>
