package dev.countersign.client;

import java.time.Instant;
import java.util.List;

/**
 * The browsers of a user that are remembered; what they are like cannot be read.
 *
 * @param count how many
 * @param environments each of them
 */
public record Environments(int count, List<Remembered> environments) {
  /**
   * One browser.
   *
   * @param resource where it counts; null: everywhere
   * @param firstSeenAt since when
   * @param lastSeenAt when last
   */
  public record Remembered(String resource, Instant firstSeenAt, Instant lastSeenAt) {}
}
