package dev.countersign.client;

/**
 * One line of what a person confirms.
 *
 * @param label 1 to 40 characters
 * @param value 1 to 200 characters
 */
public record TransactionField(String label, String value) {}
