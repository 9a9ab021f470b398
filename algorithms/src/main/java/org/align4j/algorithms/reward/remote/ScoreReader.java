package org.align4j.algorithms.reward.remote;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.align4j.algorithms.reward.Excerpt;
import org.align4j.algorithms.reward.FormatReward;
import org.align4j.algorithms.reward.RewardException;

/**
 * How the score is read from a judge's reply. A reasoning block {@code <think>…</think>} before the
 * reply is left out. What cannot be read, or is outside the range, is a failure and never a score.
 *
 * @param pattern the number is its first group, of the last match; none: see {@code field}
 * @param field the number is this field of the JSON object in the reply; empty: the reply is the
 *     number and nothing else
 * @param low least score allowed
 * @param high largest score allowed
 */
public record ScoreReader(Optional<Pattern> pattern, String field, double low, double high) {

  private static final String THOUGHTS_END = "</think>";

  /** Checks the range and that there is something to read. */
  public ScoreReader {
    checkArgument(low < high, "low is %s: it must be below high (%s)", low, high);
    pattern.ifPresent(p ->
        checkArgument(
            p.matcher("").groupCount() >= 1,
            "read pattern %s has no group: put the number in parentheses, such as Score: (\\d+)",
            p));
  }

  /**
   * Reads a form of settings: {@code number}, {@code regex:PATTERN} or {@code json:FIELD}.
   *
   * @throws IllegalArgumentException for another form
   */
  public static ScoreReader parse(String read, double low, double high) {
    if (read.equals("number")) {
      return new ScoreReader(Optional.empty(), "", low, high);
    }
    String rest = read.substring(read.indexOf(':') + 1);
    checkArgument(
        (read.startsWith("regex:") || read.startsWith("json:")) && !rest.isEmpty(),
        "read is %s: it must be number, regex:PATTERN or json:FIELD",
        read);
    return read.startsWith("regex:")
        ? new ScoreReader(Optional.of(FormatReward.pattern(rest)), "", low, high)
        : new ScoreReader(Optional.empty(), rest, low, high);
  }

  /**
   * The score of a reply.
   *
   * @throws RewardException where there is none
   */
  double read(String reply) {
    String said = reply.substring(thoughtsEnd(reply)).strip();
    OptionalDouble score = pattern.isPresent() ? found(pattern.get(), said) : plain(said);
    if (score.isEmpty()) {
      throw new RewardException("the judge's reply has no score: " + Excerpt.of(said), null);
    }
    double value = score.getAsDouble();
    if (!(value >= low && value <= high)) {
      throw new RewardException(
          "the judge's score is %s, allowed is %s to %s: %s"
              .formatted(value, low, high, Excerpt.of(said)),
          null);
    }
    return value;
  }

  private static int thoughtsEnd(String reply) {
    int end = reply.lastIndexOf(THOUGHTS_END);
    return end < 0 ? 0 : end + THOUGHTS_END.length();
  }

  private OptionalDouble plain(String said) {
    return field.isEmpty() ? number(said) : inJson(said);
  }

  private static OptionalDouble found(Pattern pattern, String said) {
    Matcher matcher = pattern.matcher(said);
    String last = null;
    while (matcher.find()) {
      last = matcher.group(1);
    }
    return last == null ? OptionalDouble.empty() : number(last);
  }

  private OptionalDouble inJson(String said) {
    int start = said.indexOf('{');
    int end = said.lastIndexOf('}');
    if (start < 0 || end < start) {
      return OptionalDouble.empty();
    }
    try {
      JsonNode value = JsonEndpoint.mapper().readTree(said.substring(start, end + 1)).path(field);
      return value.isNumber()
          ? OptionalDouble.of(value.doubleValue())
          : number(value.isTextual() ? value.asText() : "");
    } catch (JsonProcessingException e) {
      return OptionalDouble.empty();
    }
  }

  private static OptionalDouble number(String text) {
    String stripped = text.strip();
    return stripped.matches("[+-]?(\\d{1,15}(\\.\\d{1,15})?|\\.\\d{1,15})\\.?")
        ? OptionalDouble.of(Double.parseDouble(stripped))
        : OptionalDouble.empty();
  }
}
