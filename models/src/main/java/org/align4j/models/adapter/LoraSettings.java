package org.align4j.models.adapter;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import org.align4j.core.registry.NearestName;

/**
 * Low-rank adaptation (Hu et al. 2021): {@code y = x·Wᵀ + scale · (x·Aᵀ)·Bᵀ}, A {@code [rank, in]},
 * B {@code [out, rank]}, W frozen. No dropout.
 *
 * @param rank r, at least 1
 * @param alpha α: the scale is {@code α/r}
 * @param targets {@link #ATTENTION}, {@link #ALL}, or names of modules as PEFT matches them: whole,
 *     or from a dot on ({@code q_proj}, {@code attn.c_proj})
 * @param rankStabilized whether the scale is {@code α/√r} (Kalajdzievski 2023, PEFT's {@code
 *     use_rslora})
 */
public record LoraSettings(
    int rank, double alpha, ImmutableList<String> targets, boolean rankStabilized) {

  /** Every projection of attention. */
  public static final String ATTENTION = "attention";

  /** Every matrix of the body but embeddings. */
  public static final String ALL = "all";

  /** What a text may set. */
  private static final ImmutableList<String> KEYS =
      ImmutableList.of("rank", "alpha", "targets", "rslora");

  private static final int USUAL_RANK = 16;

  public LoraSettings {
    checkArgument(rank > 0, "rank is %s: it must be at least 1", rank);
    checkArgument(
        alpha > 0 && Double.isFinite(alpha), "alpha is %s: it must be a number above 0", alpha);
    checkArgument(
        !targets.isEmpty() && targets.stream().noneMatch(String::isBlank),
        "targets is %s: name modules, or say attention or all",
        targets);
  }

  /**
   * Reads {@code rank=16,alpha=32,targets=attention}. What is not set: rank 16, alpha twice the
   * rank, targets all, no rank stabilisation. Several targets follow each other: {@code
   * targets=q_proj,v_proj}.
   *
   * @throws IllegalArgumentException for a key or a value that is none
   */
  public static LoraSettings parse(String text) {
    int rank = USUAL_RANK;
    Double alpha = null;
    List<String> targets = new ArrayList<>();
    boolean stabilized = false;
    String key = "";
    for (String item : Splitter.on(',').trimResults().omitEmptyStrings().split(text)) {
      int equals = item.indexOf('=');
      String value = item.substring(equals + 1).trim();
      if (equals < 0) {
        checkArgument(key.equals("targets"), "lora is \"%s\": %s is no key=value", text, item);
      } else {
        key = item.substring(0, equals).trim();
      }
      switch (key) {
        case "rank" -> rank = (int) number(key, value, true);
        case "alpha" -> alpha = number(key, value, false);
        case "targets" -> targets.add(value);
        case "rslora" -> {
          checkArgument(
              value.equals("true") || value.equals("false"),
              "rslora is %s: it must be true or false",
              value);
          stabilized = value.equals("true");
        }
        default ->
            throw new IllegalArgumentException(NearestName.unknown("key of lora", key, KEYS));
      }
    }
    return new LoraSettings(
        rank,
        alpha == null ? 2.0 * rank : alpha,
        targets.isEmpty() ? ImmutableList.of(ALL) : ImmutableList.copyOf(targets),
        stabilized);
  }

  private static double number(String key, String value, boolean whole) {
    try {
      return whole ? Integer.parseInt(value) : Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "lora's %s is %s: it must be a %s"
              .formatted(key, value, whole ? "whole number" : "number"),
          e);
    }
  }

  /** What the low-rank product is multiplied with. */
  public float scale() {
    return (float) (alpha / (rankStabilized ? Math.sqrt(rank) : rank));
  }
}
