package org.align4j.models.checkpoint;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.primitives.Floats;
import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.lang.foreign.MemorySegment;
import java.util.OptionalDouble;
import org.align4j.core.file.BadFileException;
import org.align4j.models.transformer.Rope;
import org.jspecify.annotations.Nullable;

/**
 * Rotary settings of a GGUF file: metadata under {@code rope.}, and tensors of factors ({@code
 * llama-hparams.cpp}, {@code llama-context.cpp}, {@code convert_hf_to_gguf.py}).
 */
final class GgufRope {

  private static final String FREQUENCIES = "rope_freqs.weight";
  private static final String SHORT = "rope_factors_short.weight";
  private static final String LONG = "rope_factors_long.weight";

  /** Tensors that are settings. */
  static final ImmutableSet<String> TENSORS = ImmutableSet.of(FREQUENCIES, SHORT, LONG);

  /** A factor that is stored in float32 is the one that it was rounded from. */
  private static final double ROUNDING = 1e-6;

  private final GgufParts file;
  private final GgufMetadata metadata;
  private final String prefix;
  private final int headDim;

  /**
   * The settings of a file.
   *
   * @param prefix of the architecture's keys
   */
  GgufRope(GgufParts file, String prefix, int headDim) {
    this.file = file;
    this.metadata = file.metadata();
    this.prefix = prefix;
    this.headDim = headDim;
  }

  Rope read() {
    double theta = metadata.number(prefix + "rope.freq_base", 10_000);
    return new Rope(theta, scaling(theta), part());
  }

  /** The part of a head that is turned; as many columns of it as the file says. */
  private double part() {
    int turned = metadata.integer(prefix + "rope.dimension_count", headDim);
    if (turned < 1 || turned > headDim) {
      throw refused("rotates %s of %s columns of a head: it is damaged", turned, headDim);
    }
    double part = (double) turned / headDim;
    return (int) (headDim * part) < turned ? Math.nextUp(part) : part;
  }

  private Rope.Scaling scaling(double theta) {
    String type = metadata.optionalString(prefix + "rope.scaling.type");
    if (file.tensors().containsKey(SHORT) || "longrope".equals(type)) {
      return longRope();
    }
    if ("yarn".equals(type)) {
      return yarn();
    }
    if (type != null && !type.equals("none") && !type.equals("linear")) {
      throw refused(
          "has rotary scaling %s: none, linear, yarn, longrope and llama3 are supported",
          BadFileException.quote(type));
    }
    StoredTensor factors = file.tensors().get(FREQUENCIES);
    if (factors != null) {
      return llama3(theta, numbers(FREQUENCIES));
    }
    double factor = factor();
    boolean scaled = !"none".equals(type) && factor != 1 && factor != 0;
    return scaled ? new Rope.Linear(factor) : new Rope.Unscaled();
  }

  private double factor() {
    return metadata.number(
        prefix + "rope.scaling.factor", metadata.number(prefix + "rope.scale_linear", 1));
  }

  /**
   * GGUF keeps llama3 scaling as divisors of the frequencies. Every published model has low factor
   * 1, high factor 4, 8,192 original positions: the largest divisor is the factor, and the rest
   * must follow from it.
   */
  private Rope.Scaling llama3(double theta, float[] factors) {
    float largest = Math.max(1, Floats.max(factors));
    var scaling = new Rope.Llama3(largest, 1, 4, 8192);
    float[] plain = new Rope(theta, new Rope.Unscaled(), part()).inverseFrequencies(headDim);
    float[] scaled = new Rope(theta, scaling, part()).inverseFrequencies(headDim);
    for (int i = 0; i < factors.length; i++) {
      if (!(Math.abs(plain[i] / scaled[i] / factors[i] - 1) < 1e-3)) {
        throw refused(
            "%s is not what llama3 scaling (factor %s, low 1, high 4, 8192 positions) gives: other"
                + " rotary scaling is not supported; load the Hugging Face folder of the model",
            FREQUENCIES, largest);
      }
    }
    return scaling;
  }

  /**
   * The converter keeps Hugging Face's attention factor as {@code yarn_attn_factor}; {@code
   * attn_factor} multiplies whatever there is, and {@code yarn_log_multiplier} is {@code
   * mscale_all_dim} to an {@code mscale} of 1.
   */
  private Rope.Scaling yarn() {
    String key = prefix + "rope.scaling.";
    double extrapolation = metadata.number(key + "yarn_ext_factor", 1);
    if (extrapolation != 1 && extrapolation != -1) {
      throw refused("has a YaRN of yarn_ext_factor %s: 1 is supported", extrapolation);
    }
    double logarithms = metadata.number(key + "yarn_log_multiplier", 0);
    OptionalDouble own = optional(key + "yarn_attn_factor");
    var yarn =
        new Rope.Yarn(
            factor(),
            metadata.integer(key + "original_context_length", contextLength()),
            metadata.number(key + "yarn_beta_fast", 32),
            metadata.number(key + "yarn_beta_slow", 1),
            own,
            logarithms == 0 ? OptionalDouble.empty() : OptionalDouble.of(1),
            logarithms == 0 ? OptionalDouble.empty() : OptionalDouble.of(logarithms),
            true);
    double times = metadata.number(key + "attn_factor", 1);
    return times == 1
        ? yarn
        : new Rope.Yarn(
            yarn.factor(),
            yarn.originalMaxPositions(),
            yarn.betaFast(),
            yarn.betaSlow(),
            OptionalDouble.of(yarn.amplitude() * times),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            true);
  }

  private Rope.Scaling longRope() {
    int extended = contextLength();
    int original = metadata.integer(prefix + "rope.scaling.original_context_length");
    double usual = Rope.LongRope.attentionFactor((double) extended / original, original);
    double given = metadata.number(prefix + "rope.scaling.attn_factor", usual);
    return new Rope.LongRope(
        decimals(numbers(SHORT)),
        decimals(numbers(LONG)),
        original,
        extended,
        Math.abs(given - usual) < ROUNDING * usual ? usual : given);
  }

  private int contextLength() {
    return metadata.integer(prefix + "context_length");
  }

  private OptionalDouble optional(String key) {
    @Nullable Double value = metadata.optionalNumber(key);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** A tensor with a number for each two columns that are turned. */
  private float[] numbers(String name) {
    StoredTensor stored = file.tensors().get(name);
    if (stored == null) {
      throw refused("has no tensor %s, which its rotary scaling needs: it is not complete", name);
    }
    int turned = metadata.integer(prefix + "rope.dimension_count", headDim);
    if (stored.elements() != turned / 2) {
      throw refused("%s has %s factors for heads of %s", name, stored.elements(), turned);
    }
    float[] numbers = new float[turned / 2];
    stored.format().decode(stored.data(), MemorySegment.ofArray(numbers), numbers.length);
    return numbers;
  }

  /** The shortest decimals, which the converter most likely read. */
  private static ImmutableList<Double> decimals(float[] numbers) {
    return Floats.asList(numbers).stream()
        .map(number -> Double.valueOf(number.toString()))
        .collect(ImmutableList.toImmutableList());
  }

  @FormatMethod
  private BadFileException refused(@FormatString String template, Object... values) {
    return new BadFileException(file.path(), template, values);
  }
}
