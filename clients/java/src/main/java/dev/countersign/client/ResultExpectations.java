package dev.countersign.client;

import java.time.Duration;
import java.util.List;

/**
 * What one sign-in is expected to be. Each method gives another one that demands something in addition.
 *
 * <pre>{@code
 * verifier.verifyResult(result, ResultExpectations.ofNonce(nonce).origin("https://shop.example").requireOtp());
 * }</pre>
 */
public final class ResultExpectations {
  private static final Duration LONGEST_AGE = Duration.ofDays(1);

  final String nonce;
  String origin;
  boolean requireOtp;
  boolean twoFactors;
  /** Hash of the transaction. */
  String transaction;
  Duration maxAge;
  boolean acceptTest;
  boolean app;

  private ResultExpectations(String nonce) {
    this.nonce = nonce;
  }

  /**
   * The nonce that this visitor's session held. Without it a stolen result signs its thief in; so null, which is what
   * a session without a sign-in under way holds, refuses every result.
   */
  public static ResultExpectations ofNonce(String nonce) {
    return new ResultExpectations(nonce);
  }

  /** The origin of your page, such as {@code https://shop.example}. */
  public ResultExpectations origin(String expected) {
    ResultExpectations more = copy();
    more.origin = Bounds.given("origin", expected);
    return more;
  }

  /** A native app of yours got the result by its code, and no page. Neither stands for the other. */
  public ResultExpectations app() {
    ResultExpectations more = copy();
    more.app = true;
    return more;
  }

  /** Refuses unless a one-time password was checked: neither left out nor skipped for a deactivated token. */
  public ResultExpectations requireOtp() {
    ResultExpectations more = copy();
    more.requireOtp = true;
    return more;
  }

  /** Refuses fewer factors than this: {@code "1"} or {@code "2"}. */
  public ResultExpectations acr(String least) {
    ResultExpectations more = copy();
    more.twoFactors = Fields.checkAcr(least).equals("2");
    return more;
  }

  /**
   * What the person should have confirmed, from your own records and never from the request. A result that confirms
   * anything else is refused, as is one of a sign-in. Without it, one that confirms something is.
   *
   * @throws InvalidInputException {@code TRANSACTION_INVALID}
   */
  public ResultExpectations transaction(List<TransactionField> fields) {
    ResultExpectations more = copy();
    more.transaction = Transactions.hash(fields);
    return more;
  }

  /**
   * The same by its hash, as {@link Transactions#hash} computes it.
   *
   * @throws InvalidInputException {@code TRANSACTION_INVALID}
   */
  public ResultExpectations transactionHash(String hash) {
    ResultExpectations more = copy();
    more.transaction = Transactions.checkHash(hash);
    return more;
  }

  /** Refuses a result any of whose factors was shown longer ago than this; at most a day. */
  public ResultExpectations maxAge(Duration most) {
    ResultExpectations more = copy();
    more.maxAge = Bounds.of("maxAge", most, Duration.ZERO, LONGEST_AGE);
    return more;
  }

  /**
   * Accepts the results of a test resource too, which prove no sign-in. For your own tests, never in
   * production.
   */
  public ResultExpectations acceptTest() {
    ResultExpectations more = copy();
    more.acceptTest = true;
    return more;
  }

  private ResultExpectations copy() {
    ResultExpectations same = new ResultExpectations(nonce);
    same.origin = origin;
    same.requireOtp = requireOtp;
    same.twoFactors = twoFactors;
    same.transaction = transaction;
    same.maxAge = maxAge;
    same.acceptTest = acceptTest;
    same.app = app;
    return same;
  }
}
