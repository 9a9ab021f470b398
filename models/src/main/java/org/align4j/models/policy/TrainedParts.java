package org.align4j.models.policy;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.align4j.models.transformer.ModelHead;
import org.align4j.models.transformer.ParameterShapes;
import org.align4j.models.transformer.TransformerConfig;

/**
 * Which of a model's own parameters are trained: all that one of the parts names.
 *
 * @param parts {@code layers=FROM-TO} (from 0, both included) or {@code layers=N}, {@code norms},
 *     {@code embeddings}, {@code head}, or the end of a parameter's module name from a dot on, such
 *     as {@code q_proj}
 */
public record TrainedParts(ImmutableList<String> parts) {

  private static final Pattern LAYER = Pattern.compile("\\.(?:layers|h)\\.(\\d+)\\.");
  private static final Pattern RANGE = Pattern.compile("layers=(\\d+)(?:-(\\d+))?");

  public TrainedParts {
    checkArgument(!parts.isEmpty(), "train names no part: all is trained where nothing is said");
  }

  /** Reads {@code layers=20-29,norms}. */
  public static TrainedParts parse(String text) {
    return new TrainedParts(
        ImmutableList.copyOf(Splitter.on(',').trimResults().omitEmptyStrings().split(text)));
  }

  /**
   * The parameters of a model that are trained.
   *
   * @throws IllegalArgumentException for a part that names none
   */
  public Predicate<String> of(TransformerConfig config) {
    ImmutableSet<String> names = ParameterShapes.of(config, ModelHead.LANGUAGE).keySet();
    ImmutableSet.Builder<String> chosen = ImmutableSet.builder();
    for (String part : parts) {
      ImmutableList<String> found =
          names.stream().filter(matching(part, config)).collect(ImmutableList.toImmutableList());
      checkArgument(
          !found.isEmpty(),
          "train names %s: no parameter of the model is that. It has %s layers; say layers=FROM-TO,"
              + " norms, embeddings, head or a module such as q_proj",
          part,
          config.layers());
      chosen.addAll(found);
    }
    return chosen.build()::contains;
  }

  private static Predicate<String> matching(String part, TransformerConfig config) {
    Matcher range = RANGE.matcher(part);
    if (range.matches()) {
      int from = Integer.parseInt(range.group(1));
      int to = range.group(2) == null ? from : Integer.parseInt(range.group(2));
      checkArgument(
          from <= to && to < config.layers(),
          "train has %s: the model has layers 0 to %s",
          part,
          config.layers() - 1);
      return name -> {
        Matcher layer = LAYER.matcher("." + name);
        return layer.find()
            && Integer.parseInt(layer.group(1)) >= from
            && Integer.parseInt(layer.group(1)) <= to;
      };
    }
    return switch (part) {
      case "norms" -> name -> name.contains("norm") || name.contains("ln_");
      case "embeddings" -> config.family().embedding()::equals;
      case "head" ->
          name ->
              name.equals(
                  config.tieWordEmbeddings()
                      ? config.family().embedding()
                      : ParameterShapes.LANGUAGE_HEAD);
      default ->
          name -> {
            int end = name.lastIndexOf('.');
            return end > 0 && ("." + name.substring(0, end)).endsWith("." + part);
          };
    };
  }
}
