package org.align4j.models.jinja.run;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** C's {@code strftime} in the C locale, as Python's {@code datetime} without a zone has it. */
final class TimeFormat {

  private TimeFormat() {}

  static String format(String format, ZonedDateTime time) {
    StringBuilder text = new StringBuilder();
    int i = 0;
    while (i < format.length()) {
      char letter = format.charAt(i++);
      if (letter != '%') {
        text.append(letter);
        continue;
      }
      if (i == format.length()) {
        return text.append('%').toString();
      }
      char directive = format.charAt(i++);
      // glibc's flags: no padding, blanks, zeros
      if ("-_0^#".indexOf(directive) >= 0 && i < format.length()) {
        text.append(flagged(directive, directive(format.charAt(i++), time)));
      } else {
        text.append(directive(directive, time));
      }
    }
    return text.toString();
  }

  private static String flagged(char flag, String text) {
    int zeros = 0;
    while (zeros < text.length() - 1 && (text.charAt(zeros) == '0' || text.charAt(zeros) == ' ')) {
      zeros++;
    }
    return switch (flag) {
      case '-' -> text.substring(zeros);
      case '_' -> " ".repeat(zeros) + text.substring(zeros);
      case '0' -> "0".repeat(zeros) + text.substring(zeros);
      default -> text.toUpperCase(Locale.ROOT);
    };
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
          case 'f' -> "SSSSSS";
          case 'j' -> "DDD";
          case 'F' -> "yyyy-MM-dd";
          case 'T', 'X' -> "HH:mm:ss";
          case 'R' -> "HH:mm";
          case 'D', 'x' -> "MM/dd/yy";
          case 'r' -> "hh:mm:ss a";
          case 'c' -> "EEE MMM d HH:mm:ss yyyy";
          default -> "";
        };
    if (directive == 'c') {
      // the day is padded with a blank
      return DateTimeFormatter.ofPattern("EEE MMM ", Locale.ENGLISH).format(time)
          + String.format(Locale.ROOT, "%2d", time.getDayOfMonth())
          + DateTimeFormatter.ofPattern(" HH:mm:ss yyyy", Locale.ENGLISH).format(time);
    }
    if (!pattern.isEmpty()) {
      return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
    }
    int week = time.getDayOfWeek().getValue();
    int day = time.getDayOfYear();
    return switch (directive) {
      case '%' -> "%";
      case 'n' -> "\n";
      case 't' -> "\t";
      case 'z', 'Z' -> "";
      case 'e' -> String.format(Locale.ROOT, "%2d", time.getDayOfMonth());
      case 'k' -> String.format(Locale.ROOT, "%2d", time.getHour());
      case 'l' -> String.format(Locale.ROOT, "%2d", time.get(ChronoField.CLOCK_HOUR_OF_AMPM));
      case 'P' -> time.getHour() < 12 ? "am" : "pm";
      case 'C' -> String.format(Locale.ROOT, "%02d", time.getYear() / 100);
      case 'u' -> "" + week;
      case 'w' -> "" + week % 7;
      case 's' -> "" + time.toLocalDateTime().toEpochSecond(time.getOffset());
      case 'U' -> String.format(Locale.ROOT, "%02d", (day + 6 - week % 7) / 7);
      case 'W' -> String.format(Locale.ROOT, "%02d", (day + 6 - (week - 1)) / 7);
      case 'V' -> String.format(Locale.ROOT, "%02d", time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
      case 'G' -> "" + time.get(IsoFields.WEEK_BASED_YEAR);
      case 'g' -> String.format(Locale.ROOT, "%02d", time.get(IsoFields.WEEK_BASED_YEAR) % 100);
      default -> "%" + directive;
    };
  }
}
