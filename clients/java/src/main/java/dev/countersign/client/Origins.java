package dev.countersign.client;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Serialised web origins (RFC 6454 6.2), spelt as browsers spell them. */
final class Origins {
  private static final Pattern SHAPE =
      Pattern.compile("(https?)://([a-z0-9._-]+|\\[[0-9a-f:]+\\])(?::(0|[1-9]\\d{0,4}))?");
  private static final Pattern BYTE = Pattern.compile("25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d");
  /** A last label like this makes browsers read the host as an IPv4 address (WHATWG URL 3.5). */
  private static final Pattern NUMBER = Pattern.compile("\\d+|0x[0-9a-f]*");

  private static final int GROUPS = 8;

  private Origins() {}

  /** Never {@code null}, a URL with a path, a pattern, or another spelling of an origin. */
  static boolean isOrigin(String text) {
    Matcher parts = SHAPE.matcher(text);
    if (!parts.matches() || !isPort(parts.group(1), parts.group(3))) return false;
    String host = parts.group(2);
    return host.startsWith("[") ? isAddress6(host.substring(1, host.length() - 1)) : isName(host);
  }

  /** The scheme's own is left out. */
  private static boolean isPort(String scheme, String port) {
    if (port == null) return true;
    return !port.equals(scheme.equals("https") ? "443" : "80") && Integer.parseInt(port) <= 65_535;
  }

  private static boolean isName(String host) {
    // One dot at the end names the root.
    String[] labels = (host.endsWith(".") ? host.substring(0, host.length() - 1) : host).split("\\.", -1);
    for (String label : labels) if (label.isEmpty()) return false;
    if (!NUMBER.matcher(labels[labels.length - 1]).matches()) return true;
    if (labels.length != 4 || host.endsWith(".")) return false;
    for (String label : labels) if (!BYTE.matcher(label).matches()) return false;
    return true;
  }

  private static boolean isAddress6(String text) {
    List<Integer> groups = readGroups(text);
    return groups != null && write(groups).equals(text);
  }

  private static List<Integer> readGroups(String text) {
    String[] halves = text.split("::", -1);
    if (halves.length > 2) return null;
    List<Integer> groups = new ArrayList<>();
    List<Integer> tail = new ArrayList<>();
    if (!readHalf(halves[0], groups) || (halves.length == 2 && !readHalf(halves[1], tail))) return null;
    if (halves.length == 2) while (groups.size() + tail.size() < GROUPS) groups.add(0);
    groups.addAll(tail);
    return groups.size() == GROUPS ? groups : null;
  }

  private static boolean readHalf(String text, List<Integer> into) {
    if (text.isEmpty()) return true;
    for (String group : text.split(":", -1)) {
      if (group.isEmpty() || group.length() > 4) return false;
      into.add(Integer.parseInt(group, 16));
    }
    return true;
  }

  /** Without leading zeros, the first of the longest runs of zeros as two colons (RFC 5952 4). */
  private static String write(List<Integer> groups) {
    int longest = 1;
    int begin = -1;
    for (int at = 0, run = 0; at < GROUPS; at++) {
      run = groups.get(at) == 0 ? run + 1 : 0;
      if (run > longest) {
        longest = run;
        begin = at - run + 1;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int at = 0; at < GROUPS; at++) {
      if (at == begin) {
        text.append("::");
        at += longest - 1;
      } else {
        if (at > 0 && text.charAt(text.length() - 1) != ':') text.append(':');
        text.append(Integer.toHexString(groups.get(at)));
      }
    }
    return text.toString();
  }
}
