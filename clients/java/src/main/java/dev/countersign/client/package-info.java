/**
 * Verifies the results of Countersign sign-ins, and talks to the Countersign API.
 *
 * <p>{@link dev.countersign.client.ResultVerifier} says offline who signed in,
 * {@link dev.countersign.client.CountersignClient} asks the service, {@link dev.countersign.client.WebhookVerifier}
 * takes what it sends. Everything that is refused is a {@link dev.countersign.client.CountersignException} with a
 * code.
 */
package dev.countersign.client;
