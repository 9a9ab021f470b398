package org.align4j.models.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableSet;
import java.nio.file.Path;
import org.align4j.core.file.BadFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WeightNamesTest {

  private static final Path FILE = Path.of("model.safetensors");
  private static final String UP = "model.layers.0.mlp.up_proj.weight";

  private final WeightNames names =
      new WeightNames(ImmutableSet.of(UP, "lm_head.weight", "model.norm.weight"), "model.");

  @ParameterizedTest
  @ValueSource(
      strings = {
        UP,
        "layers.0.mlp.up_proj.weight",
        "model." + UP,
        "module." + UP,
        "_orig_mod." + UP,
        "_orig_mod.module." + UP,
        "module._orig_mod." + UP,
        "model._orig_mod.layers.0._checkpoint_wrapped_module.mlp.up_proj.weight",
        "base_model.model." + UP,
        "module.base_model.model." + UP,
        "pretrained_model." + UP,
        "_fsdp_wrapped_module." + UP
      })
  void namesWithWrappersMeanTheSameParameter(String stored) {
    assertThat(names.parameter(FILE, stored)).isEqualTo(UP);
  }

  @Test
  void theHeadHasNoPrefix() {
    assertThat(names.parameter(FILE, "_orig_mod.lm_head.weight")).isEqualTo("lm_head.weight");
  }

  @Test
  void anUnknownNameIsNoParameter() {
    assertThat(names.parameter(FILE, "vision.layers.0.mlp.up_proj.weight"))
        .isEqualTo("vision.layers.0.mlp.up_proj.weight");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "base_model.model.model.layers.0.mlp.up_proj.base_layer.weight",
        "base_model.model.model.layers.0.mlp.up_proj.lora_A.default.weight",
        "base_model.model.model.layers.0.mlp.up_proj.lora_B.weight"
      })
  void anAdapterIsCalledOne(String stored) {
    assertThatThrownBy(() -> names.parameter(FILE, stored))
        .isInstanceOf(BadFileException.class)
        .hasMessageContaining(stored + " of a PEFT adapter")
        .hasMessageContaining("merge_and_unload()");
  }
}
