package org.align4j.algorithms.reward.spec;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.align4j.core.registry.NearestName;
import org.jspecify.annotations.Nullable;

/** The options of one source, read by name and type; one that nobody reads is refused. */
final class RewardOptions {

  private static final Pattern DURATION = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)(ms|s|m|h|)");

  private final String source;
  private final ImmutableMap<String, String> values;
  private final Set<String> known = new TreeSet<>();

  RewardOptions(String source, ImmutableMap<String, String> values) {
    this.source = source;
    this.values = values;
  }

  Optional<String> text(String key) {
    known.add(key);
    return Optional.ofNullable(values.get(key));
  }

  String text(String key, String otherwise) {
    return text(key).orElse(otherwise);
  }

  double number(String key, double otherwise) {
    Optional<String> value = text(key);
    try {
      return value.isEmpty() ? otherwise : Double.parseDouble(value.get());
    } catch (NumberFormatException e) {
      throw wrong(key, value.get(), "a number", e);
    }
  }

  int count(String key, int otherwise) {
    Optional<String> value = text(key);
    try {
      return value.isEmpty() ? otherwise : Integer.parseInt(value.get());
    } catch (NumberFormatException e) {
      throw wrong(key, value.get(), "a whole number", e);
    }
  }

  /** Such as 30s, 500ms, 2m; a bare number is of seconds. */
  Duration duration(String key, Duration otherwise) {
    Optional<String> value = text(key);
    if (value.isEmpty()) {
      return otherwise;
    }
    Matcher matcher = DURATION.matcher(value.get());
    if (!matcher.matches()) {
      throw wrong(key, value.get(), "a time such as 30s, 500ms or 2m", null);
    }
    double seconds =
        switch (matcher.group(2)) {
          case "ms" -> 1e-3;
          case "m" -> 60;
          case "h" -> 3600;
          default -> 1;
        };
    return Duration.ofNanos(Math.round(Double.parseDouble(matcher.group(1)) * seconds * 1e9));
  }

  Optional<Path> path(String key) {
    return text(key).map(value -> path(key, value));
  }

  static Path path(String key, String value) {
    try {
      return Path.of(value);
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("%s %s is no path".formatted(key, value), e);
    }
  }

  /** Called when all that the source knows has been read. */
  void checkAllKnown() {
    for (String key : values.keySet()) {
      checkArgument(
          known.contains(key),
          "reward %s: %s",
          source,
          known.isEmpty()
              ? "it has no options, not %s either".formatted(key)
              : NearestName.unknown("option", key, known));
    }
  }

  private IllegalArgumentException wrong(
      String key, String value, String wanted, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "reward %s: %s is %s: it must be %s".formatted(source, key, value, wanted), cause);
  }
}
