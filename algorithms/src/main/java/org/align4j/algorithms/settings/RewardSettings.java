package org.align4j.algorithms.settings;

import static com.google.common.base.Preconditions.checkArgument;

import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;
import org.align4j.algorithms.settings.field.Fields;

/**
 * What becomes of judged scores before advantages are made of them, in this order; see the {@link
 * Doc} of each component.
 */
public record RewardSettings(
    @Doc(
            "Tokens below rollout.maxNewTokens over which a penalty of long responses grows; 0 for"
                + " none. DAPO, eq. 13.")
        int lengthBuffer,
    @Doc("The full penalty of a long response, at least 0; DAPO 1.") double lengthFactor,
    @Doc(
            "Score of a response that was cut off: the score times this, or, below 0, this itself; 1"
                + " changes nothing. OpenRLHF's stop-properly penalty.")
        double truncation,
    @Doc("Z-score of the scores: none, of the batch, or with running statistics (paper, §3.4).")
        Normalization normalize,
    @Doc("Scores are held within ± this after that; none for no clip. Paper, §3.4.") double clip,
    @Doc("Factor after that, above 0; 1 changes nothing. Paper, §3.4.") double scale,
    @Doc("Whether groups whose scores are all equal are dropped before the update.")
        boolean filterGroups) {

  /** What scores are z-scored with. */
  public enum Normalization {
    /** Not at all. */
    NONE,
    /** The statistics of the batch at hand. */
    BATCH,
    /** Those of all scores so far, the batch at hand included. */
    RUNNING
  }

  /** FieldChecks every field. */
  public RewardSettings {
    FieldChecks.notNegative("rewards.lengthBuffer", lengthBuffer);
    FieldChecks.notNegative("rewards.lengthFactor", lengthFactor);
    checkArgument(
        truncation <= 1 && Double.isFinite(truncation),
        "rewards.truncation is %s: it must be at most 1",
        truncation);
    FieldChecks.bound("rewards.clip", clip);
    FieldChecks.positive("rewards.scale", scale);
  }

  /** With a penalty of long responses. */
  public RewardSettings withLengthPenalty(int buffer, double factor) {
    return new RewardSettings(buffer, factor, truncation, normalize, clip, scale, filterGroups);
  }

  /** With another penalty of truncated responses. */
  public RewardSettings withTruncation(double value) {
    return Fields.replace(this, "truncation", value);
  }

  /** With another z-score. */
  public RewardSettings withNormalize(Normalization value) {
    return Fields.replace(this, "normalize", value);
  }

  /** With another bound of the score; ∞ for none. */
  public RewardSettings withClip(double value) {
    return Fields.replace(this, "clip", value);
  }

  /** With another factor. */
  public RewardSettings withScale(double value) {
    return Fields.replace(this, "scale", value);
  }

  /** With or without groups of equal scores. */
  public RewardSettings withFilterGroups(boolean value) {
    return Fields.replace(this, "filterGroups", value);
  }
}
