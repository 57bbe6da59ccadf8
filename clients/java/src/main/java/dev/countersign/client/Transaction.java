package dev.countersign.client;

import java.time.Instant;

/**
 * Something that a person is being asked to confirm.
 *
 * @param loginRequest for the widget, as its option of that name
 * @param transaction hash of the fields: what {@code txn} of the result will be
 * @param expiresAt until when it can be confirmed
 */
public record Transaction(String loginRequest, String transaction, Instant expiresAt) {
  /** Does not show what the widget gets. */
  @Override
  public String toString() {
    return "Transaction[transaction=" + transaction + ", expiresAt=" + expiresAt + "]";
  }
}
