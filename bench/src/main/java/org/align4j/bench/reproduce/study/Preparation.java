package org.align4j.bench.reproduce.study;

import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.Optional;
import org.align4j.algorithms.run.StopSignal;

/** Makes what the runs of a study start from: a policy, pairs, a reward model. */
@FunctionalInterface
public interface Preparation {

  /** Nothing is to be made. */
  Preparation NONE = (folder, stop, progress) -> Optional.of(ImmutableMap.of());

  /** File with what is to be said of the preparation; there once it is done. */
  String FACTS = "prepared.json";

  /**
   * Makes what is not there yet.
   *
   * @param folder for it
   * @return settings of the runs that name it, by path; empty where it was stopped
   */
  Optional<ImmutableMap<String, String>> prepare(Path folder, StopSignal stop, Progress progress);
}
