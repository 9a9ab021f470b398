package org.align4j.bench.report.svg;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Doubles;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Pictures for documents, as SVG: the same data gives the same bytes on every machine, for the font
 * comes with the program and its letters are drawn as shapes. Colours are those of the report's
 * page.
 */
public final class SvgChart {

  private static final int WIDTH = 760;
  private static final int HEIGHT = 420;
  private static final Color TEXT = new Color(0x22252a);
  private static final Color GRID = new Color(0xe2e1dc);

  /** As in page.js. */
  private static final ImmutableMap<String, Color> ALGORITHMS =
      ImmutableMap.<String, Color>builder()
          .put("ppo", new Color(0x0072b2))
          .put("reinforce++", new Color(0xd55e00))
          .put("grpo", new Color(0x009e73))
          .put("rloo", new Color(0xc4659b))
          .put("reinforce++-baseline", new Color(0xb98400))
          .put("dr-grpo", new Color(0x2fa3d8))
          .put("remax", new Color(0x7a5aa6))
          .put("reinforce", new Color(0x6b6b6b))
          .buildOrThrow();

  /** As in sections.js. */
  private static final ImmutableMap<String, Color> PHASES =
      ImmutableMap.<String, Color>builder()
          .put("generate", new Color(0x3f9a8c))
          .put("reference", new Color(0x8cc5d6))
          .put("critic", new Color(0xd17a86))
          .put("advantage", new Color(0xd9c76a))
          .put("policy update", new Color(0x3b4a9a))
          .put("critic update", new Color(0x93315a))
          .put("rest", new Color(0xbcbcb8))
          .buildOrThrow();

  private SvgChart() {}

  /**
   * A curve with a band.
   *
   * @param name an algorithm, or any other name
   * @param x positions, ascending
   * @param mean value at each
   * @param low lower edge of the band at each, or as {@code mean} for none
   * @param high upper edge
   */
  public record Line(
      String name, List<Double> x, List<Double> mean, List<Double> low, List<Double> high) {

    public Line {
      checkArgument(!x.isEmpty(), "%s: a line needs a point", name);
      for (List<Double> values : List.of(x, mean, low, high)) {
        checkArgument(
            values.size() == x.size(),
            "%s: %s positions but %s values: give each position one",
            name,
            x.size(),
            values.size());
        checkArgument(
            values.stream().allMatch(Double::isFinite),
            "%s: a value is not finite: leave its position out",
            name);
      }
      x = ImmutableList.copyOf(x);
      mean = ImmutableList.copyOf(mean);
      low = ImmutableList.copyOf(low);
      high = ImmutableList.copyOf(high);
    }
  }

  /**
   * A part of every bar.
   *
   * @param name a phase, or any other name
   * @param values its size in each bar, 0 or above
   */
  public record Segment(String name, List<Double> values) {

    public Segment {
      values = ImmutableList.copyOf(values);
      checkArgument(
          values.stream().allMatch(value -> Double.isFinite(value) && value >= 0),
          "%s: %s: the parts of a bar are 0 or above",
          name,
          values);
    }
  }

  /** Curves with their bands, in the order of the legend. */
  public static String bands(String title, String xTitle, String yTitle, List<Line> lines) {
    checkArgument(!lines.isEmpty(), "%s: there is no line", title);
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(xTitle)
            .yAxisTitle(yTitle)
            .build();
    style(chart.getStyler());
    chart.getStyler().setDefaultSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Line);
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get(i);
      Color colour = colour(ALGORITHMS, line.name(), i);
      List<Double> around = new ArrayList<>(line.x());
      around.addAll(line.x().reversed());
      List<Double> edges = new ArrayList<>(line.high());
      edges.addAll(line.low().reversed());
      XYSeries band =
          chart.addSeries(line.name() + " band", Doubles.toArray(around), Doubles.toArray(edges));
      band.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.PolygonArea);
      band.setShowInLegend(false);
      band.setFillColor(new Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 45));
      band.setLineColor(new Color(0, 0, 0, 0));
      band.setMarker(SeriesMarkers.NONE);
    }
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get(i);
      XYSeries mean =
          chart.addSeries(line.name(), Doubles.toArray(line.x()), Doubles.toArray(line.mean()));
      mean.setLineColor(colour(ALGORITHMS, line.name(), i));
      mean.setLineStyle(new BasicStroke(2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
      mean.setMarker(SeriesMarkers.NONE);
    }
    return SvgWriter.write(chart, title, WIDTH, HEIGHT);
  }

  /** Bars made of parts, the first part below. */
  public static String stackedBars(
      String title, String yTitle, List<String> bars, List<Segment> parts) {
    checkArgument(!bars.isEmpty() && !parts.isEmpty(), "%s: there is no bar", title);
    for (Segment part : parts) {
      checkArgument(
          part.values().size() == bars.size(),
          "%s: %s has %s values for %s bars: give each bar one",
          title,
          part.name(),
          part.values().size(),
          bars.size());
    }
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("")
            .yAxisTitle(yTitle)
            .build();
    style(chart.getStyler());
    chart.getStyler().setStacked(true).setAvailableSpaceFill(0.5);
    chart.getStyler().setPlotGridVerticalLinesVisible(false);
    for (int i = 0; i < parts.size(); i++) {
      Segment part = parts.get(i);
      CategorySeries series = chart.addSeries(part.name(), bars, part.values());
      series.setFillColor(colour(PHASES, part.name(), i));
    }
    return SvgWriter.write(chart, title, WIDTH, HEIGHT);
  }

  private static Color colour(ImmutableMap<String, Color> known, String name, int place) {
    ImmutableList<Color> all = known.values().asList();
    return known.getOrDefault(name, all.get(place % all.size()));
  }

  private static void style(AxesChartStyler styler) {
    styler.setLocale(Locale.ROOT);
    styler.setBaseFont(SvgWriter.font(Font.PLAIN, 12));
    styler.setChartTitleFont(SvgWriter.font(Font.PLAIN, 17));
    styler.setLegendFont(SvgWriter.font(Font.PLAIN, 13));
    styler.setAxisTitleFont(SvgWriter.font(Font.PLAIN, 13));
    styler.setAxisTickLabelsFont(SvgWriter.font(Font.PLAIN, 12));
    styler.setChartFontColor(TEXT);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setPlotBackgroundColor(Color.WHITE);
    styler.setPlotBorderVisible(false);
    styler.setPlotGridLinesColor(GRID);
    styler.setPlotGridLinesStroke(new BasicStroke(1f));
    styler.setAxisTicksLineVisible(false);
    styler.setAxisTicksMarksVisible(false);
    styler.setAxisTickLabelsColor(TEXT);
    styler.setChartTitleBoxVisible(false);
    styler.setLegendPosition(Styler.LegendPosition.OutsideE);
    styler.setLegendBorderColor(Color.WHITE);
    styler.setChartPadding(12);
  }
}
