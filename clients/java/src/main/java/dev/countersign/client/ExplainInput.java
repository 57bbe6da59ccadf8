package dev.countersign.client;

import java.time.Instant;

/** A sign-in to be judged without anybody's secrets. */
public final class ExplainInput extends Fields<ExplainInput> {
  private ExplainInput() {}

  /** Of a user, in the widget unless a method is named: id or any name. */
  public static ExplainInput ofUser(String resource, String user) {
    return new ExplainInput().set("resource", resource).setGiven("user", user);
  }

  /** With a token and no user. */
  public static ExplainInput ofToken(String resource, String token) {
    return new ExplainInput().set("resource", resource).setGiven("token", token);
  }

  /** Of a user: {@code password}, {@code otp}, {@code password-otp} or {@code widget}. */
  public ExplainInput method(String method) {
    return setIfAny("method", method);
  }

  /** From where. */
  public ExplainInput address(String address) {
    return setIfAny("address", address);
  }

  /** When; otherwise now. */
  public ExplainInput at(Instant at) {
    return setIfAny("at", at);
  }
}
