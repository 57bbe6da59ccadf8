export default function Start() {
  return (
    <>
      <h1>Juniper shop</h1>
      <a href="/sign-in">Sign in</a>
    </>
  );
}
