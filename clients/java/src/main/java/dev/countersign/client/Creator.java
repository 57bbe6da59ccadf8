package dev.countersign.client;

/**
 * Who made an object.
 *
 * @param kind {@code api-key}, {@code administrator}, {@code user}, {@code operator} (whoever has the server's
 *     command line) or {@code service}
 * @param id of the API key, administrator or user; else null
 */
public record Creator(String kind, String id) {}
