package org.align4j.algorithms.settings;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Optional;
import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;
import org.align4j.algorithms.settings.field.Fields;
import org.align4j.core.engine.SamplingSettings;

/** What is sampled for one update; see the {@link Doc} of each component. */
public record RolloutSettings(
    @Doc("Prompts of one rollout batch; paper 64 (256 samples of 4).") int prompts,
    @Doc("Responses sampled for each prompt; paper, table 1: 4.") int samples,
    @Doc("Longest response in tokens, EOS included.") int maxNewTokens,
    @Doc("Temperature of sampling and of log-probs, above 0; 1 in the peers.") double temperature,
    @Doc("Only the k most probable tokens are sampled; 0 for no limit.") int topK,
    @Doc("Only the most probable tokens up to this sum are sampled, in (0, 1]; 1 for no limit.")
        double topP,
    @Doc(
            "Further rollout batches that may be sampled for one update, until rollout.prompts prompts"
                + " have scores that differ; 0 for none. DAPO, §3.2 (dynamic sampling).")
        int refill,
    @Doc(
            value =
                "Which prompts are taken when their turn comes, by how often they were solved:"
                    + " success-rate, or the name of a registered curriculum.",
            unset = "none")
        Optional<String> curriculum,
    @Doc(
            "Updates between the policy that samples a rollout batch and the one that learns from it; 0"
                + " for none.")
        int staleness) {

  /** Rollout batches kept at most. */
  private static final int MOST_STALE = 64;

  /** FieldChecks every field. */
  public RolloutSettings {
    FieldChecks.positive("rollout.prompts", prompts);
    FieldChecks.positive("rollout.samples", samples);
    FieldChecks.positive("rollout.maxNewTokens", maxNewTokens);
    FieldChecks.positive("rollout.temperature", temperature);
    checkArgument(topK >= 0, "rollout.topK is %s: it must be 0 (no limit) or above", topK);
    FieldChecks.notNegative("rollout.refill", refill);
    checkArgument(
        staleness >= 0 && staleness <= MOST_STALE,
        "rollout.staleness is %s: it must be 0 (none) to %s, for so many rollout batches are kept",
        staleness,
        MOST_STALE);
    checkArgument(topP > 0 && topP <= 1, "rollout.topP is %s: it must be in (0, 1]", topP);
  }

  /** With another number of prompts. */
  public RolloutSettings withPrompts(int value) {
    return Fields.replace(this, "prompts", value);
  }

  /** With another number of responses for each prompt. */
  public RolloutSettings withSamples(int value) {
    return Fields.replace(this, "samples", value);
  }

  /** With another longest response. */
  public RolloutSettings withMaxNewTokens(int value) {
    return Fields.replace(this, "maxNewTokens", value);
  }

  /** With another temperature. */
  public RolloutSettings withTemperature(double value) {
    return Fields.replace(this, "temperature", value);
  }

  /** With another top-k; 0 for no limit. */
  public RolloutSettings withTopK(int value) {
    return Fields.replace(this, "topK", value);
  }

  /** With another top-p; 1 for no limit. */
  public RolloutSettings withTopP(double value) {
    return Fields.replace(this, "topP", value);
  }

  /** Samples of one rollout batch: prompts times samples for each. */
  public int size() {
    return prompts * samples;
  }

  /** With dynamic sampling of so many further rollout batches; 0 for none. */
  public RolloutSettings withRefill(int value) {
    return Fields.replace(this, "refill", value);
  }

  /** With a curriculum by name. */
  public RolloutSettings withCurriculum(String value) {
    return Fields.replace(this, "curriculum", Optional.of(value));
  }

  /** With rollouts of the policy of so many updates ago; 0 for none. */
  public RolloutSettings withStaleness(int value) {
    return Fields.replace(this, "staleness", value);
  }

  /** Temperature and limits as the engines take them. */
  public SamplingSettings sampling() {
    return new SamplingSettings((float) temperature, topK, (float) topP);
  }
}
