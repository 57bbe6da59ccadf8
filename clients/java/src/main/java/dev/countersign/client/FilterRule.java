package dev.countersign.client;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;

/** Whom a filter lets through. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, include = JsonTypeInfo.As.EXISTING_PROPERTY, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = FilterRule.Geo.class, name = "geo"),
  @JsonSubTypes.Type(value = FilterRule.Time.class, name = "time"),
  @JsonSubTypes.Type(value = FilterRule.Ip.class, name = "ip")
})
public sealed interface FilterRule {
  /** {@code geo}, {@code time} or {@code ip}. */
  @JsonProperty("kind")
  String kind();

  /**
   * By country.
   *
   * @param mode {@code allow} or {@code deny}
   * @param countries ISO 3166-1 alpha-2, upper case
   * @param unlocated whether addresses that no country has pass: {@code allow} or {@code deny}
   */
  record Geo(String mode, List<String> countries, String unlocated) implements FilterRule {
    @Override
    public String kind() {
      return "geo";
    }
  }

  /**
   * By time.
   *
   * @param zone IANA zone
   * @param windows when people get in
   */
  record Time(String zone, List<Window> windows) implements FilterRule {
    @Override
    public String kind() {
      return "time";
    }
  }

  /**
   * A part of a week.
   *
   * @param days {@code mon} to {@code sun}
   * @param fromMinute of the day
   * @param toMinute of the day, itself excluded; one before the beginning runs past midnight
   */
  record Window(List<String> days, int fromMinute, int toMinute) {}

  /**
   * By address.
   *
   * @param mode {@code allow} or {@code deny}
   * @param ranges CIDR ranges or single addresses
   */
  record Ip(String mode, List<String> ranges) implements FilterRule {
    @Override
    public String kind() {
      return "ip";
    }
  }
}
