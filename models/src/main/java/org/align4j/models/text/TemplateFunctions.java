package org.align4j.models.text;

import com.hubspot.jinjava.interpret.InterpretException;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** What transformers lends to chat templates; public because the template library calls it. */
public final class TemplateFunctions {

  private TemplateFunctions() {}

  /** {@code raise_exception(message)}: the template refuses the conversation. */
  public static Object raiseException(Object message) {
    throw new InterpretException(String.valueOf(message));
  }

  /** {@code strftime_now(format)}: the time now, by the directives of C's strftime. */
  public static String strftimeNow(String format) {
    return strftime(format, ZonedDateTime.now());
  }

  static String strftime(String format, ZonedDateTime time) {
    var text = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char letter = format.charAt(i);
      if (letter != '%' || i + 1 == format.length()) {
        text.append(letter);
        continue;
      }
      i++;
      text.append(directive(format.charAt(i), time));
    }
    return text.toString();
  }

  private static String directive(char directive, ZonedDateTime time) {
    String pattern =
        switch (directive) {
          case 'd' -> "dd";
          case 'm' -> "MM";
          case 'y' -> "yy";
          case 'Y' -> "yyyy";
          case 'b', 'h' -> "MMM";
          case 'B' -> "MMMM";
          case 'a' -> "EEE";
          case 'A' -> "EEEE";
          case 'H' -> "HH";
          case 'I' -> "hh";
          case 'M' -> "mm";
          case 'S' -> "ss";
          case 'p' -> "a";
          case 'j' -> "DDD";
          case 'Z' -> "zzz";
          case 'z' -> "xx";
          case 'F' -> "yyyy-MM-dd";
          case 'T' -> "HH:mm:ss";
          case 'D' -> "MM/dd/yy";
          case '%' -> "'%'";
          default -> throw new InterpretException("strftime_now does not know %" + directive);
        };
    return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
  }
}
