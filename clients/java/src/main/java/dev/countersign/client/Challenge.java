package dev.countersign.client;

import java.time.Instant;

/**
 * A code that is on its way to a person, or a question for their device.
 *
 * @param token the token's id
 * @param kind {@code ocra}, {@code sms} or {@code email}
 * @param name what the token is called
 * @param to where the code went, masked; or null
 * @param question to be typed into the device; or null
 * @param expiresAt until when the answer counts
 */
public record Challenge(String token, String kind, String name, String to, String question, Instant expiresAt) {}
