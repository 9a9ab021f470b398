package org.align4j.bench.cli.option;

import com.google.common.collect.ImmutableList;
import java.util.Iterator;
import java.util.List;
import org.align4j.algorithms.convention.Algorithm;

/** The algorithms by name, for the texts of options and for {@code --algorithms all}. */
public final class AlgorithmNames implements Iterable<String> {

  private static final String ALL = "all";

  @Override
  public Iterator<String> iterator() {
    return Algorithm.ALL.stream().map(Algorithm::name).iterator();
  }

  /** The names, with every algorithm in the place of {@code all}. */
  public static ImmutableList<String> expand(List<String> names) {
    return names.equals(List.of(ALL))
        ? ImmutableList.copyOf(new AlgorithmNames())
        : ImmutableList.copyOf(names);
  }
}
