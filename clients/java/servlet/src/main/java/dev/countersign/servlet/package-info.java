/** The routes and guards of {@link dev.countersign.client.SignIn} for Jakarta Servlet 5 or newer. */
package dev.countersign.servlet;
