package dev.countersign.client;

/**
 * How far a browser matches those of a person. A soft signal, no factor.
 *
 * @param percent null where none is remembered
 * @param fits whether it matches well enough, which it also does where none is remembered
 */
public record EnvironmentMatch(Integer percent, boolean fits) {}
