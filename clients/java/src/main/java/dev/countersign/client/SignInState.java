package dev.countersign.client;

import java.io.Serializable;

/**
 * What the routes of {@link SignIn} keep in a session.
 *
 * @param user who is signed in, or null
 * @param pending whose second factor is missing, or null
 * @param begun the sign-in that the visitor has begun, or null
 */
public record SignInState(User user, Pending pending, Begun begun) implements Serializable {
  static final SignInState EMPTY = new SignInState(null, null, null);

  SignInState withBegun(Begun other) {
    return new SignInState(user, pending, other);
  }

  /**
   * The user of a session.
   *
   * @param account the key in your own table
   * @param id at Countersign. Stable
   * @param login it may change
   * @param acr {@code "1"} one factor, {@code "2"} two
   * @param authTime when the oldest of them was checked, in seconds since 1970
   * @param jti of the result
   * @param stamp digest of the password of the account
   */
  public record User(String account, String id, String login, String acr, long authTime, String jti, String stamp)
      implements Serializable {}

  /**
   * A user whose password the site has checked.
   *
   * @param account the key in your own table
   * @param id at Countersign
   * @param stamp digest of the password of the account
   * @param at when the password was checked, in milliseconds since 1970
   */
  public record Pending(String account, String id, String stamp, long at) implements Serializable {
    @Override
    public String toString() {
      return "Pending[" + account + "]";
    }
  }

  /**
   * A sign-in that has begun.
   *
   * @param nonce of the widget
   * @param at in milliseconds since 1970
   * @param demand of a step-up, or null
   * @param loginRequest or null
   */
  public record Begun(String nonce, long at, LevelDemand demand, String loginRequest) implements Serializable {
    /** Does not show what the widget gets. */
    @Override
    public String toString() {
      return "Begun[" + at + "]";
    }
  }
}
