package dev.countersign.client;

import java.time.Instant;
import java.util.List;

/**
 * A person.
 *
 * @param id {@code usr_...}
 * @param login the name that they sign in with
 * @param alias another name, or null
 * @param email or null
 * @param phone or null
 * @param firstName or null
 * @param secondName or null
 * @param blocked whether they are let in nowhere
 * @param hasPassword whether there is one
 * @param apiSupport whether {@link CountersignClient#authenticate} lets them in; the widget asks nobody for it
 * @param assignments what they may enter, and with what
 * @param createdAt when they were made
 * @param createdBy who made them, or null
 */
public record User(
    String id,
    String login,
    String alias,
    String email,
    String phone,
    String firstName,
    String secondName,
    boolean blocked,
    boolean hasPassword,
    boolean apiSupport,
    List<Entry> assignments,
    Instant createdAt,
    Creator createdBy) {
  /**
   * What a user may enter one resource with: alone, together with one of these tokens, or both.
   *
   * @param resource the id of the resource
   * @param alone whether with no token
   * @param tokens ids of tokens
   */
  public record Entry(String resource, boolean alone, List<String> tokens) {}
}
