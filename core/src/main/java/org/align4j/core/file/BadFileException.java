package org.align4j.core.file;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A file that is not what it should be. The message is one sentence for the user: the file, what
 * was found, what was expected, the remedy.
 */
public final class BadFileException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  /** The longest piece of a file that a message quotes. */
  private static final int QUOTED = 120;

  /** Builds {@code <file name>: <sentence>}. */
  @FormatMethod
  public BadFileException(Path file, @FormatString String sentence, Object... values) {
    super(nameOf(file) + ": " + String.format(Locale.ROOT, sentence, values));
  }

  /** The same with a cause. */
  public BadFileException(Path file, String sentence, Throwable cause) {
    super(nameOf(file) + ": " + sentence, cause);
  }

  /** A name out of a file, shortened and freed of control characters, for a message. */
  public static String quote(String text) {
    String shown = text.length() <= QUOTED ? text : text.substring(0, QUOTED) + "…";
    return shown.replaceAll("\\p{Cntrl}", "�");
  }

  private static String nameOf(Path file) {
    Path name = file.getFileName();
    return name == null ? file.toString() : name.toString();
  }
}
