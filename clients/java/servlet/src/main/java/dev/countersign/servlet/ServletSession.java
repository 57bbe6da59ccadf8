package dev.countersign.servlet;

import dev.countersign.client.SignInState;
import dev.countersign.client.SiteSession;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The session of the container. */
record ServletSession(HttpServletRequest request, Set<String> keep) implements SiteSession {
  private static final String NAME = "dev.countersign.state";

  /** Nothing of a session that the address names: a link would make its reader work in the account of its author. */
  @Override
  public SignInState read() {
    if (request.isRequestedSessionIdFromURL()) return null;
    HttpSession session = request.getSession(false);
    return session == null ? null : (SignInState) session.getAttribute(NAME);
  }

  @Override
  public void write(SignInState state) {
    request.getSession().setAttribute(NAME, state);
  }

  /** A new session, not a new id alone: another request may still hold the old one, and change it. */
  @Override
  public void renew() {
    HttpSession old = request.getSession(false);
    Map<String, Object> kept = new HashMap<>();
    if (old != null) {
      for (String name : keep) {
        Object value = old.getAttribute(name);
        if (value != null) kept.put(name, value);
      }
      old.invalidate();
    }
    HttpSession made = request.getSession(true);
    kept.forEach(made::setAttribute);
  }
}
