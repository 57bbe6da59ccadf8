package dev.countersign.client;

import java.util.List;

/**
 * Some of many.
 *
 * @param items in order
 * @param next where the next page begins; null on the last
 * @param <T> what there are pages of
 */
public record Page<T>(List<T> items, String next) {}
