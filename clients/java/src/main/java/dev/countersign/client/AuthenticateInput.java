package dev.countersign.client;

/**
 * What a user shows, and where. {@code user} is an id or any of the user's names. Your server names the method; it
 * is never taken from the person's request.
 */
public final class AuthenticateInput extends Fields<AuthenticateInput> {
  private AuthenticateInput(String resource, String method) {
    set("resource", resource).set("method", method);
  }

  /** The password alone. */
  public static AuthenticateInput password(String resource, String user, String password) {
    return new AuthenticateInput(resource, "password").set("user", user).set("password", password);
  }

  /** The code alone. */
  public static AuthenticateInput otp(String resource, String user, String otp) {
    return new AuthenticateInput(resource, "otp").set("user", user).set("otp", otp);
  }

  /** Both. With null for the code only those pass whose tokens are all deactivated. */
  public static AuthenticateInput passwordOtp(String resource, String user, String password, String otp) {
    return new AuthenticateInput(resource, "password-otp")
        .set("user", user)
        .set("password", password)
        .setIfAny("otp", otp);
  }

  /** The code of a token that is assigned directly; no user is involved. */
  public static AuthenticateInput token(String resource, String token, String otp) {
    return new AuthenticateInput(resource, "token").set("token", token).set("otp", otp);
  }

  /** One of the person's recovery codes in place of the code, where their device is not at hand. */
  public AuthenticateInput recoveryCode(String code) {
    return remove("otp").setGiven("recoveryCode", code);
  }

  /** The person's own address as your server saw it, for filters that need one. Never that of your server. */
  public AuthenticateInput address(String address) {
    return setIfAny("address", address);
  }

  String method() {
    return (String) get("method");
  }
}
