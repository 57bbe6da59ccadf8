package dev.countersign.client;

import java.time.Instant;
import java.util.List;

/**
 * What opens the API.
 *
 * @param id {@code key_...}
 * @param name for people to read
 * @param prefix what its text begins with
 * @param scopes of {@code authenticate read write administer}
 * @param resources confined to sign-ins and results of these; null: not confined
 * @param enabled whether it opens anything
 * @param expiresAt until when
 * @param formerUntil until when the secret before the last rotation works, or null
 * @param lastUsedAt to within an hour, or null
 * @param createdAt when it was made
 * @param createdBy who made it, or null
 */
public record ApiKey(
    String id,
    String name,
    String prefix,
    List<String> scopes,
    List<String> resources,
    boolean enabled,
    Instant expiresAt,
    Instant formerUntil,
    Instant lastUsedAt,
    Instant createdAt,
    Creator createdBy) {}
