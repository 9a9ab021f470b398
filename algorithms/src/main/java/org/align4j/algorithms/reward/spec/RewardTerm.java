package org.align4j.algorithms.reward.spec;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;

/**
 * One summand of a {@link RewardSpec}.
 *
 * @param source a name, {@code model:FOLDER}, {@code judge:MODEL} or a URL
 * @param weight finite
 * @param options of the source, in order
 */
public record RewardTerm(String source, double weight, ImmutableMap<String, String> options) {

  /** Checks source and weight. */
  public RewardTerm {
    checkArgument(!source.isBlank(), "a reward's source is empty");
    checkArgument(
        Double.isFinite(weight), "weight of %s is %s: it must be a finite number", source, weight);
  }

  /** The text that is parsed to this term. */
  String text() {
    List<String> texts = new ArrayList<>();
    options.forEach((key, value) -> texts.add(key + "=" + RewardText.quoted(value)));
    return RewardText.quoted(source)
        + (texts.isEmpty() ? "" : "(" + String.join(", ", texts) + ")")
        + (weight == 1 ? "" : "*" + weight);
  }
}
