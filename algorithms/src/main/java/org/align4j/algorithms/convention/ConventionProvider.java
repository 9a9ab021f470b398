package org.align4j.algorithms.convention;

import com.google.common.collect.ImmutableList;
import org.align4j.algorithms.registry.Named;
import org.align4j.algorithms.registry.Registry;

/**
 * A convention found by its name. One class and one line in {@code
 * META-INF/services/org.align4j.algorithms.convention.ConventionProvider} register one's own; it
 * then runs as {@code convention: house} in a YAML file.
 */
public interface ConventionProvider extends Named {

  /** The convention. */
  Convention convention();

  /** Every version, the plain names and all registered conventions. */
  static Registry<ConventionProvider> registry() {
    ImmutableList.Builder<ConventionProvider> presets = ImmutableList.builder();
    Convention.VERSIONS.forEach(
        convention -> presets.add(new Preset(convention.version(), convention)));
    Convention.ALL.forEach(convention -> presets.add(new Preset(convention.name(), convention)));
    return Registry.load("convention", ConventionProvider.class, presets.build());
  }

  /**
   * A convention of this library.
   *
   * @param name a version, or a plain name
   * @param convention what it means
   */
  record Preset(String name, Convention convention) implements ConventionProvider {}
}
