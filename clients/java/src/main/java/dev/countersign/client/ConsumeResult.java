package dev.countersign.client;

import java.util.List;

/** A result to be used up. */
public final class ConsumeResult extends Fields<ConsumeResult> {
  private ConsumeResult() {}

  /**
   * The result of a sign-in.
   *
   * @param result what the widget gave to the page
   * @param resource the id of your resource
   * @param nonce that this visitor's session held
   */
  public static ConsumeResult of(String result, String resource, String nonce) {
    return new ConsumeResult().set("result", result).set("resource", resource).set("nonce", nonce);
  }

  /** The origin of your page. Always name it: a resource with several origins, or with native apps, requires it. */
  public ConsumeResult origin(String expected) {
    return set("origin", Bounds.given("origin", expected));
  }

  /** A native app of yours got the result by its code. */
  public ConsumeResult app() {
    return set("app", true);
  }

  /**
   * What the person should have confirmed, from your own records. Without it, a result that confirms something is
   * refused.
   *
   * @throws InvalidInputException {@code TRANSACTION_INVALID}
   */
  public ConsumeResult transaction(List<TransactionField> fields) {
    return set("transaction", Transactions.hash(fields));
  }

  /**
   * The same by its hash.
   *
   * @throws InvalidInputException {@code TRANSACTION_INVALID}
   */
  public ConsumeResult transactionHash(String hash) {
    return set("transaction", Transactions.checkHash(hash));
  }

  /**
   * Takes the results of a test resource too, with which no user has signed in. For your own tests, never in
   * production.
   */
  public ConsumeResult acceptTest() {
    return set("acceptTest", true);
  }

  String resource() {
    return (String) get("resource");
  }

  String nonce() {
    return (String) get("nonce");
  }

  String transaction() {
    return (String) get("transaction");
  }

  String origin() {
    return (String) get("origin");
  }

  boolean isForApp() {
    return get("app") != null;
  }

  boolean acceptsTest() {
    return get("acceptTest") != null;
  }
}
