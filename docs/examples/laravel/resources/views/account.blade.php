<!doctype html>
<html lang="en">
<title>Your account</title>
<h1>Hello, {{ $login }}</h1>
<form method="post" action="/countersign/sign-out"><button type="submit">Sign out</button></form>
</html>
