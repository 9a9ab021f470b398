package org.align4j.models.generate;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.io.Serializable;
import org.align4j.core.engine.SamplingSettings;

/**
 * How completions are made.
 *
 * @param maxNewTokens most response tokens, EOS included, above 0
 * @param sampling how a token is drawn
 * @param stopStrings texts that end a completion where they come up in it; none of them empty
 */
public record GenerationSettings(
    int maxNewTokens, SamplingSettings sampling, ImmutableList<String> stopStrings)
    implements Serializable {

  public GenerationSettings {
    checkArgument(maxNewTokens > 0, "maxNewTokens is %s: it must be above 0", maxNewTokens);
    checkArgument(
        stopStrings.stream().noneMatch(String::isEmpty),
        "stopStrings has an empty one: each must have at least one character");
  }

  /** Plain sampling at temperature 1, up to EOS or this length. */
  public static GenerationSettings of(int maxNewTokens) {
    return new GenerationSettings(maxNewTokens, SamplingSettings.DEFAULT, ImmutableList.of());
  }

  /** The same with another way to draw. */
  public GenerationSettings withSampling(SamplingSettings value) {
    return new GenerationSettings(maxNewTokens, value, stopStrings);
  }

  /** The same with other stop strings. */
  public GenerationSettings withStopStrings(ImmutableList<String> value) {
    return new GenerationSettings(maxNewTokens, sampling, value);
  }
}
