package org.align4j.core.optim;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Parameters that are updated in a way of their own. A parameter belongs to the first group that
 * accepts its name, and otherwise follows the settings as they are.
 *
 * @param members accepts names
 * @param rateMultiplier times the learning rate, at least 0; 0 freezes the group
 * @param weightDecay instead of the settings' decay, at least 0
 */
public record ParameterGroup(Predicate<String> members, double rateMultiplier, double weightDecay) {

  public ParameterGroup {
    checkArgument(
        rateMultiplier >= 0 && Double.isFinite(rateMultiplier),
        "rateMultiplier is %s: it must be at least 0",
        rateMultiplier);
    checkArgument(
        weightDecay >= 0 && Double.isFinite(weightDecay),
        "weightDecay is %s: it must be at least 0",
        weightDecay);
  }

  /**
   * Biases and the weights of norms, without decay (OpenRLHF {@code
   * get_optimizer_grouped_parameters}).
   */
  public static ParameterGroup withoutDecay() {
    return new ParameterGroup(ParameterGroup::biasOrNorm, 1, 0);
  }

  /** The group that a parameter follows: the first that has it, or the settings as they are. */
  public static ParameterGroup of(
      String name, List<ParameterGroup> groups, AdamWSettings settings) {
    return groups.stream()
        .filter(group -> group.members().test(name))
        .findFirst()
        .orElseGet(() -> new ParameterGroup(any -> true, 1, settings.weightDecay()));
  }

  private static boolean biasOrNorm(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith("bias")
        || lower.endsWith("norm.weight")
        || lower.endsWith("layernorm.weight")
        || lower.endsWith("layer_norm.weight")
        || lower.matches(".*\\bln_[0-9a-z]+\\.weight");
  }
}
