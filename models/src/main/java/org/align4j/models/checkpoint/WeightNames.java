package org.align4j.models.checkpoint;

import com.google.common.collect.ImmutableSet;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.align4j.core.file.BadFileException;

/**
 * Names of weights as wrappers leave them in files: {@code torch.compile} ({@code _orig_mod.}),
 * data-parallel training ({@code module.}), FSDP, PEFT ({@code base_model.model.}), value-head
 * models ({@code pretrained_model.}); and with one {@code model.} too few or too many.
 */
final class WeightNames {

  /** Segments that wrappers put anywhere in a name. */
  private static final Pattern WRAPPER =
      Pattern.compile(
          "(?<=^|\\.)(_orig_mod|module|_fsdp_wrapped_module|_checkpoint_wrapped_module)\\.");

  /** Segments that may stand before a name. */
  private static final ImmutableSet<String> OUTSIDE =
      ImmutableSet.of("base_model", "model", "transformer", "pretrained_model", "language_model");

  private static final Pattern ADAPTER =
      Pattern.compile(
          ".*\\.(lora_[A-Za-z_]+|base_layer|modules_to_save|original_module|ia3_l|prompt_encoder)(\\..*)?");

  private final ImmutableSet<String> wanted;
  private final String prefix;

  /**
   * Names of a model.
   *
   * @param wanted its parameters
   * @param prefix their usual prefix: {@code model.} or {@code transformer.}
   */
  WeightNames(ImmutableSet<String> wanted, String prefix) {
    this.wanted = wanted;
    this.prefix = prefix;
  }

  /** The parameter that a stored name means; the name without wrappers where it means none. */
  String parameter(Path file, String stored) {
    if (ADAPTER.matcher(stored).matches()) {
      throw new BadFileException(
          file,
          "has tensor %s of a PEFT adapter (LoRA or alike): merge it into its base model and save"
              + " that (peft: merge_and_unload().save_pretrained(FOLDER))",
          BadFileException.quote(stored));
    }
    String name = WRAPPER.matcher(stored).replaceAll("");
    for (String rest = name; ; rest = rest.substring(rest.indexOf('.') + 1)) {
      if (wanted.contains(rest)) {
        return rest;
      }
      if (wanted.contains(prefix + rest)) {
        return prefix + rest;
      }
      int dot = rest.indexOf('.');
      if (dot < 0 || !OUTSIDE.contains(rest.substring(0, dot))) {
        return name;
      }
    }
  }
}
