package dev.countersign.client;

import java.time.Instant;

/**
 * A filter that resources can have.
 *
 * @param id {@code flt_...}
 * @param name for people to read
 * @param rule whom it lets through
 * @param createdAt when it was made
 * @param createdBy who made it, or null
 */
public record Filter(String id, String name, FilterRule rule, Instant createdAt, Creator createdBy) {}
