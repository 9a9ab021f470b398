package org.align4j.algorithms.settings.input;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Optional;
import org.align4j.models.adapter.LoraSettings;
import org.align4j.models.policy.TrainedParts;

/** Checks of what is trained: an adapter, some parts, or everything. */
final class Tuning {

  private Tuning() {}

  static void check(Optional<String> lora, Optional<String> train) {
    checkArgument(
        lora.isEmpty() || train.isEmpty(),
        "lora trains an adapter and train parts of the model: give one of them");
    lora.ifPresent(LoraSettings::parse);
    train.ifPresent(TrainedParts::parse);
  }
}
