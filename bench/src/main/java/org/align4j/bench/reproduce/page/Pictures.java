package org.align4j.bench.reproduce.page;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.align4j.bench.report.svg.SvgChart;
import org.align4j.bench.reproduce.page.Page.Band;
import org.align4j.bench.reproduce.page.Page.Panel;
import org.align4j.bench.reproduce.study.RunRecord;
import org.align4j.bench.reproduce.study.StudyResult;
import org.jspecify.annotations.Nullable;

/** Pictures for documents, of result files alone: the same files give the same bytes. */
final class Pictures {

  private Pictures() {}

  /**
   * Draws figure 3 and table 2, as far as there are results.
   *
   * @return SVG by file name
   */
  static ImmutableMap<String, String> draw(Path resultFolder) {
    Results results = Results.read(resultFolder);
    ImmutableMap.Builder<String, String> pictures = ImmutableMap.builder();
    results
        .get("small/figure3")
        .ifPresent(result -> pictures.put("reproduce-figure3.svg", figure3(result)));
    results
        .get("small/table2")
        .ifPresent(result -> pictures.put("reproduce-table2.svg", table2(result)));
    return pictures.buildOrThrow();
  }

  private static String figure3(StudyResult result) {
    List<Charts.Line> lines = new Charts().lines(result);
    Panel panel = Charts.overKl(lines, "");
    List<SvgChart.Line> drawn = new ArrayList<>();
    for (Charts.Line line : lines) {
      Band band = panel.groups().get(line.group());
      if (band != null) {
        drawn.add(line(line.condition().name(), panel.x(), band));
      }
    }
    return SvgChart.bands(
        "Reward by KL consumed (figure 3), mean and 95 % interval over seeds",
        "KL consumed so far, nats a response", "reward model's score", drawn);
  }

  private static SvgChart.Line line(String name, List<Double> x, Band band) {
    List<Double> at = new ArrayList<>();
    List<Double> mean = new ArrayList<>();
    List<Double> low = new ArrayList<>();
    List<Double> high = new ArrayList<>();
    for (int i = 0; i < x.size(); i++) {
      @Nullable Double value = band.mean().get(i);
      if (value != null) {
        at.add(x.get(i));
        mean.add(value);
        low.add(orElse(band.low().get(i), value));
        high.add(orElse(band.high().get(i), value));
      }
    }
    return new SvgChart.Line(name, at, mean, low, high);
  }

  private static double orElse(@Nullable Double edge, double value) {
    return edge == null ? value : edge;
  }

  private static String table2(StudyResult result) {
    List<String> bars = new ArrayList<>();
    result
        .conditions()
        .forEach(condition -> {
          bars.add(condition.label() + ", clock");
          bars.add(condition.label() + ", cores");
        });
    ImmutableList.Builder<SvgChart.Segment> parts = ImmutableList.builder();
    for (String phase : Times.PHASES) {
      List<Double> values = new ArrayList<>();
      result
          .conditions()
          .forEach(condition -> {
            Map<Long, RunRecord> runs = result.runsOf(condition.name());
            double updates =
                runs.values().stream()
                    .mapToDouble(run -> run.metric("train/reward").length - 1)
                    .sum();
            values.add(Times.sum(result, condition.name(), RunRecord::wall, phase) / updates);
            values.add(Times.sum(result, condition.name(), RunRecord::cpu, phase) / updates);
          });
      parts.add(new SvgChart.Segment(phase.replace('_', ' '), values));
    }
    return SvgChart.stackedBars(
        "Seconds an update by phase (table 2)", "seconds", bars, parts.build());
  }
}
