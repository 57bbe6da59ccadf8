package dev.countersign.client;

import java.util.List;

/**
 * What is still to do until the first person can sign in.
 *
 * @param items in the order in which it is done best
 * @param done whether all of it is
 */
public record Checklist(List<Item> items, boolean done) {
  /**
   * One thing to do.
   *
   * @param item such as {@code add-resource}
   * @param done whether it is
   * @param hint for people
   */
  public record Item(String item, boolean done, String hint) {}
}
