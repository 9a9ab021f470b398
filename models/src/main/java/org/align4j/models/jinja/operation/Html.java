package org.align4j.models.jinja.operation;

import com.google.common.collect.ImmutableMap;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.error.TemplateException;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/** Markup: escaping, and taking it away. */
public final class Html {

  private static final Pattern ENTITY =
      Pattern.compile("&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[a-zA-Z][a-zA-Z0-9]*;?)");

  /** The entities that texts for models have. */
  private static final ImmutableMap<String, String> NAMES =
      ImmutableMap.<String, String>builder()
          .put("amp", "&")
          .put("lt", "<")
          .put("gt", ">")
          .put("quot", "\"")
          .put("apos", "'")
          .put("nbsp", "\u00a0")
          .put("copy", "\u00a9")
          .put("reg", "\u00ae")
          .put("laquo", "\u00ab")
          .put("raquo", "\u00bb")
          .put("hellip", "\u2026")
          .put("ndash", "\u2013")
          .put("mdash", "\u2014")
          .put("lsquo", "\u2018")
          .put("rsquo", "\u2019")
          .put("ldquo", "\u201c")
          .put("rdquo", "\u201d")
          .put("bull", "\u2022")
          .put("euro", "\u20ac")
          .buildOrThrow();

  private Html() {}

  /** markupsafe's {@code escape}: markup stays as it is. */
  public static Str escape(Value value) {
    if (value instanceof Str text && text.safe()) {
      return text;
    }
    String text = value.text();
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char letter = text.charAt(i);
      switch (letter) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '\'' -> out.append("&#39;");
        case '"' -> out.append("&#34;");
        default -> out.append(letter);
      }
    }
    Limits.length(out.length());
    return new Str(out.toString(), true);
  }

  /** markupsafe's {@code striptags}: no tags and comments, single blanks, no entities. */
  public static Str withoutTags(Str markup) {
    String text = markup.value();
    StringBuilder out = new StringBuilder();
    int at = 0;
    for (int start = text.indexOf('<'); start >= 0; start = text.indexOf('<', at)) {
      boolean comment = text.startsWith("<!--", start);
      String close = comment ? "-->" : ">";
      int end = text.indexOf(close, comment ? start + 4 : start);
      if (end < 0) {
        break;
      }
      out.append(text, at, start);
      at = end + close.length();
    }
    out.append(text, at, text.length());
    String words = String.join(" ", StrSplits.split(out.toString(), null, -1));
    return new Str(ENTITY.matcher(words).replaceAll(Html::quotedCharacter));
  }

  private static String quotedCharacter(MatchResult entity) {
    return java.util.regex.Matcher.quoteReplacement(character(entity.group(1)));
  }

  private static String character(String entity) {
    String name = entity.endsWith(";") ? entity.substring(0, entity.length() - 1) : entity;
    if (!name.startsWith("#")) {
      @Nullable String known = NAMES.get(name);
      if (known != null
          && (entity.endsWith(";") || "amp lt gt quot nbsp copy reg".contains(name))) {
        return known;
      }
      if (!entity.endsWith(";")) {
        return "&" + entity;
      }
      throw TemplateException.unsupported("the entity &" + name + ";");
    }
    boolean hexadecimal = name.toLowerCase(Locale.ROOT).startsWith("#x");
    String digits = name.substring(hexadecimal ? 2 : 1);
    long point = digits.length() > 8 ? 0x110000 : Long.parseLong(digits, hexadecimal ? 16 : 10);
    boolean none = point == 0 || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF);
    return none ? "\ufffd" : Character.toString((int) point);
  }
}
