package org.align4j.algorithms.run.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.align4j.algorithms.settings.run.GuardSettings;
import org.align4j.algorithms.settings.run.RunSettings;
import org.junit.jupiter.api.Test;

class GuardsTest {

  private static final Map<String, Double> HEALTHY =
      Map.of(
          "train/kl", 0.01,
          "train/entropy", 0.5,
          "train/clip_fraction", 0.1,
          "train/idle_samples", 0.5,
          "train/truncated", 0.0,
          "train/response_length", 20.0,
          "train/reward", 0.5);

  @Test
  void aHealthyRunHearsNothing() {
    assertThat(spoken(HEALTHY, HEALTHY)).isEmpty();
  }

  @Test
  void eachGuardSpeaksOnceAndNamesItsMetric() {
    check("train/kl", -0.5, "kl-negative");
    check("train/entropy", 0.001, "entropy-low");
    check("train/clip_fraction", 0.9, "clip-fraction-high");
    check("train/idle_samples", 1.0, "all-groups-equal");
    check("train/truncated", 1.0, "all-truncated");
  }

  @Test
  void lengthIsAWarningOnlyWhereTheRewardRisesWithIt() {
    Map<String, Double> longer = with(HEALTHY, "train/response_length", 60);
    assertThat(spoken(HEALTHY, longer)).isEmpty();
    List<GuardEvent> events = spoken(HEALTHY, with(longer, "train/reward", 0.9));
    assertThat(events).extracting(GuardEvent::guard).containsExactly("length-explodes");
  }

  /** A resumed run hears the rows of its file again, so it must not warn twice or later. */
  @Test
  void whatGuardsSayDependsOnTheRowsAlone() {
    Map<String, Double> low = with(HEALTHY, "train/entropy", 0.0);
    GuardSettings settings = RunSettings.defaults().guards().withWindow(4);
    Guards unbroken = new Guards(settings);
    Guards resumed = new Guards(settings);
    List<GuardEvent> whole = new ArrayList<>();
    List<GuardEvent> rest = new ArrayList<>();
    for (int step = 1; step <= 10; step++) {
      whole.addAll(unbroken.observe(step, step < 3 ? HEALTHY : low));
    }
    for (int step = 1; step <= 10; step++) {
      List<GuardEvent> events = resumed.observe(step, step < 3 ? HEALTHY : low);
      rest.addAll(events);
    }
    assertThat(rest).isEqualTo(whole).hasSize(1);
  }

  private static void check(String metric, double value, String guard) {
    List<GuardEvent> events = spoken(HEALTHY, with(HEALTHY, metric, value));
    assertThat(events).extracting(GuardEvent::guard).containsExactly(guard);
    assertThat(events.get(0).message()).contains(metric);
    assertThat(events.get(0).level()).isEqualTo("warning");
  }

  private static List<GuardEvent> spoken(Map<String, Double> before, Map<String, Double> after) {
    Guards guards = new Guards(RunSettings.defaults().guards().withWindow(5));
    List<GuardEvent> events = new ArrayList<>();
    for (int step = 1; step <= 40; step++) {
      events.addAll(guards.observe(step, step <= 10 ? before : after));
    }
    return events;
  }

  private static Map<String, Double> with(Map<String, Double> row, String name, double value) {
    Map<String, Double> changed = new java.util.HashMap<>(row);
    changed.put(name, value);
    return changed;
  }
}
