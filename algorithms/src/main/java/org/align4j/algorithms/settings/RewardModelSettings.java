package org.align4j.algorithms.settings;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSet;
import org.align4j.algorithms.loss.preference.BradleyTerry;
import org.align4j.algorithms.settings.field.Doc;
import org.align4j.algorithms.settings.field.FieldChecks;
import org.align4j.algorithms.settings.field.Fields;

/** What of a reward model is trained and how; see the {@link Doc} of each component. */
public record RewardModelSettings(
    @Doc(
            "What is trained: frozen, a linear head on what the model makes of each text (minutes), or"
                + " full, everything (hours).")
        Head head,
    @Doc(
            "Coefficient of the loss that keeps rewards near a mean of 0, TRL's"
                + " center_rewards_coefficient; 0 for none.")
        double centring,
    @Doc("Head frozen: how it is trained.") HeadSettings frozen) {

  /** What means something without an optimiser step of the whole model. */
  private static final ImmutableSet<String> OF_BOTH =
      ImmutableSet.of("seed", "maxLength", "update.microBatchTokens");

  /** What is trained. */
  public enum Head {
    /** A linear head; the body stays as it is. */
    FROZEN,
    /** Head and body. */
    FULL
  }

  /** FieldChecks every field. */
  public RewardModelSettings {
    FieldChecks.notNegative("centring", centring);
  }

  /** A frozen head with TRL's centring. */
  public static RewardModelSettings defaults() {
    return new RewardModelSettings(Head.FROZEN, 0.01, HeadSettings.DEFAULT);
  }

  /** With something else trained. */
  public RewardModelSettings withHead(Head value) {
    return Fields.replace(this, "head", value);
  }

  /** With a changed group. */
  public RewardModelSettings withFrozen(HeadSettings value) {
    return Fields.replace(this, "frozen", value);
  }

  /** The loss. */
  public BradleyTerry loss() {
    return new BradleyTerry(centring);
  }

  /** Refuses changed settings of the other head. */
  public void checkNothingIdle(PreferenceSettings training, PreferenceSettings defaults) {
    if (head == Head.FULL) {
      checkSame("frozen.", frozen, HeadSettings.DEFAULT, "frozen: full takes steps and update");
    } else {
      checkSame("", training, defaults, "full: frozen takes frozen.epochs, .learningRate and .l2");
    }
  }

  private static void checkSame(String prefix, Record is, Record defaults, String of) {
    var before = Fields.all(defaults).iterator();
    for (Fields.Field field : Fields.all(is)) {
      checkArgument(
          field.value().equals(before.next().value()) || OF_BOTH.contains(field.path()),
          "%s is %s: that is for head %s",
          prefix + field.path(),
          field.value(),
          of);
    }
  }
}
