package org.align4j.models.transformer;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSortedMap;
import java.util.Optional;
import java.util.TreeMap;
import org.align4j.core.registry.NearestName;
import org.align4j.core.registry.Services;

/** The registered families, by {@code model_type}. */
public final class Families {

  private static final String NOUN = "model family";

  private final ImmutableSortedMap<String, Family> byType;

  private Families(ImmutableSortedMap<String, Family> byType) {
    this.byType = byType;
  }

  /** Those on the class path of this thread, among them the user's. */
  public static Families load() {
    TreeMap<String, Family> found = new TreeMap<>();
    for (Family family : Services.load(NOUN, Family.class, IllegalStateException::new)) {
      Family earlier = found.putIfAbsent(family.modelType(), family);
      checkArgument(
          earlier == null,
          "two classes are registered as %s %s: %s and %s; rename one of them",
          NOUN,
          family.modelType(),
          earlier == null ? "" : earlier.getClass().getName(),
          family.getClass().getName());
    }
    return new Families(ImmutableSortedMap.copyOfSorted(found));
  }

  /** The family of this {@code model_type}; the error names the nearest known one. */
  public Family of(String modelType) {
    Family family = byType.get(modelType);
    if (family == null) {
      throw new IllegalArgumentException(NearestName.unknown(NOUN, modelType, byType.keySet()));
    }
    return family;
  }

  /** All of them, by {@code model_type}. */
  public ImmutableSortedMap<String, Family> byType() {
    return byType;
  }

  /** Those that GGUF files hold, by {@code general.architecture}. */
  public ImmutableSortedMap<String, Family> byGgufName() {
    var named = ImmutableSortedMap.<String, Family>naturalOrder();
    for (Family family : byType.values()) {
      Optional<GgufForm> form = family.gguf();
      form.ifPresent(gguf -> named.put(gguf.architecture(), family));
    }
    return named.buildOrThrow();
  }
}
