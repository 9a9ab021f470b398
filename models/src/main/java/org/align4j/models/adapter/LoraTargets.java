package org.align4j.models.adapter;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.align4j.core.registry.NearestName;

/** Which modules get an adapter. */
final class LoraTargets {

  private LoraTargets() {}

  /**
   * The modules that settings name, in the order of the forward pass.
   *
   * @throws IllegalArgumentException for a target that is no module's
   */
  static ImmutableList<LinearModule> of(List<LinearModule> modules, LoraSettings settings) {
    Set<LinearModule> chosen = new LinkedHashSet<>();
    for (String target : settings.targets()) {
      List<LinearModule> found =
          modules.stream()
              .filter(module ->
                  switch (target) {
                    case LoraSettings.ALL -> true;
                    case LoraSettings.ATTENTION -> module.isAttention();
                    default -> module.matches(target);
                  })
              .toList();
      if (found.isEmpty()) {
        Set<String> kinds = new LinkedHashSet<>(List.of(LoraSettings.ATTENTION, LoraSettings.ALL));
        modules.forEach(module -> kinds.add(module.kind()));
        throw new IllegalArgumentException(
            NearestName.unknown("target of lora", target, List.copyOf(kinds)));
      }
      chosen.addAll(found);
    }
    checkArgument(!chosen.isEmpty(), "the network has no matrix to adapt");
    return modules.stream().filter(chosen::contains).collect(ImmutableList.toImmutableList());
  }

  /**
   * Names that choose exactly these of a network's modules, as short as PEFT's matching allows: the
   * kind where all of a kind are chosen, else whole names.
   */
  static ImmutableList<String> names(List<LinearModule> all, List<LinearModule> chosen) {
    Set<String> names = new LinkedHashSet<>();
    for (LinearModule module : chosen) {
      boolean whole =
          all.stream().filter(other -> other.matches(module.kind())).allMatch(chosen::contains);
      names.add(whole ? module.kind() : module.name());
    }
    return ImmutableList.copyOf(names);
  }
}
