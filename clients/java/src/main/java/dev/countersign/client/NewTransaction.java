package dev.countersign.client;

import java.util.List;

/** Something that a person is to confirm. */
public final class NewTransaction extends Fields<NewTransaction> {
  private final String hash;

  private NewTransaction(String hash) {
    this.hash = hash;
  }

  /**
   * What they see and confirm.
   *
   * @param user id or any name of the person, as your own session knows it
   * @param resource the id of your resource
   * @param nonce from {@link Nonces#newNonce}, kept in this visitor's session with the transaction
   * @param fields 1 to 12, in this order. The first is shown largest
   * @throws InvalidInputException {@code TRANSACTION_INVALID}, whose message says which field and why
   */
  public static NewTransaction of(String user, String resource, String nonce, List<TransactionField> fields) {
    return new NewTransaction(Transactions.hash(fields))
        .set("user", user)
        .set("resource", resource)
        .set("nonce", nonce)
        .set("fields", List.copyOf(fields));
  }

  /** Kinds of tokens that may confirm it. Left out: all that can. */
  public NewTransaction factors(List<String> kinds) {
    return setGiven("factors", kinds);
  }

  String hash() {
    return hash;
  }
}
