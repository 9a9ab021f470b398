package org.align4j.bench.report.svg;

import com.google.common.io.Resources;
import java.awt.Font;
import java.awt.FontFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGraphics2D;
import org.knowm.xchart.internal.chartpart.Chart;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Paints a chart as SVG text. */
final class SvgWriter {

  private static final String NAMESPACE = "http://www.w3.org/2000/svg";

  /** Decimals of coordinates: a hundredth of a pixel. */
  private static final int PRECISION = 2;

  /** Read once: each font made of a file is a copy of it on the disk. */
  private static final Font FONT = readFont();

  private SvgWriter() {}

  /** The program's own font. */
  static Font font(int style, float size) {
    return FONT.deriveFont(style, size);
  }

  private static Font readFont() {
    try (InputStream in =
        Resources.getResource("org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf")
            .openStream()) {
      return Font.createFont(Font.TRUETYPE_FONT, in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (FontFormatException e) {
      throw new IllegalStateException("the font that comes with the program cannot be read", e);
    }
  }

  /** The SVG of a chart; its title is for readers that cannot see it. */
  static String write(Chart<?, ?> chart, String title, int width, int height) {
    SVGGeneratorContext context = SVGGeneratorContext.createDefault(document());
    context.setComment("Align4J");
    context.setPrecision(PRECISION);
    SVGGraphics2D graphics = new SVGGraphics2D(context, true);
    chart.paint(graphics, width, height);
    Element root = graphics.getRoot();
    root.setAttribute("viewBox", String.format(Locale.ROOT, "0 0 %d %d", width, height));
    root.setAttribute("role", "img");
    Element name = root.getOwnerDocument().createElementNS(NAMESPACE, "title");
    name.setTextContent(title);
    root.insertBefore(name, root.getFirstChild());
    StringWriter writer = new StringWriter();
    try {
      graphics.stream(root, writer, true, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return writer.toString();
  }

  private static Document document() {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument(NAMESPACE, "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(e);
    }
  }
}
