package dev.countersign.client;

import java.time.Instant;
import java.util.Map;

/**
 * What happened, as the service tells it.
 *
 * @param id the same however often this is sent: keep it, and pass over what you have had
 * @param type such as {@code user.created} or {@code authentication}. New kinds may be added: pass over what you do
 *     not know
 * @param at when it happened; not when it was sent
 * @param data who did what to whom, by ids
 */
public record WebhookEvent(String id, String type, Instant at, Map<String, Object> data) {}
