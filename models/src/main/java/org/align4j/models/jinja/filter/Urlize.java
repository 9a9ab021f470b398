package org.align4j.models.jinja.filter;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.align4j.models.jinja.error.Limits;
import org.align4j.models.jinja.operation.Slices;
import org.align4j.models.jinja.operation.ValueComparison;
import org.align4j.models.jinja.value.Int;
import org.align4j.models.jinja.value.None;
import org.align4j.models.jinja.value.Str;
import org.align4j.models.jinja.value.Value;
import org.jspecify.annotations.Nullable;

/**
 * Jinja2's {@code urlize}: addresses of the web and of mail become links.
 *
 * @param limit most characters of a link's text; null for any
 * @param target empty for none
 */
record Urlize(@Nullable Value limit, String rel, String target, List<String> schemes) {

  private static final Pattern WEB =
      Pattern.compile(
          "((https?://|www\\.)(([\\w%-]+\\.)+)?([a-z]{2,63}|xn--[\\w%]{2,59})"
              + "|([\\w%-]{2,63}\\.)+(com|net|int|edu|gov|org|info|mil)"
              + "|(https?://)((([\\d]{1,3})(\\.[\\d]{1,3}){3})|(\\[([\\da-f]{0,4}:){2}([\\da-f]{0,4}:?){1,6}])))"
              + "(?::[\\d]{1,5})?(?:[/?#]\\S*)?",
          Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern MAIL =
      Pattern.compile("\\S+@\\w[\\w.-]*\\.\\w+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern HEAD = Pattern.compile("^([(<]|&lt;)+");
  private static final Pattern TAIL = Pattern.compile("([)>.,\\n]|&gt;)+$");

  String links(String escaped) {
    StringBuilder out = new StringBuilder();
    HtmlFilters.words(escaped).forEach(word -> out.append(word(word)));
    Limits.length(out.length());
    return out.toString();
  }

  private String word(String word) {
    Matcher head = HEAD.matcher(word);
    String before = head.find() ? head.group() : "";
    String middle = word.substring(before.length());
    Matcher end = TAIL.matcher(middle);
    String tail = end.find() ? end.group() : "";
    middle = middle.substring(0, middle.length() - tail.length());
    for (String[] pair : new String[][] {{"(", ")"}, {"<", ">"}, {"&lt;", "&gt;"}}) {
      int opening = count(middle, pair[0]);
      if (opening <= count(middle, pair[1])) {
        continue;
      }
      for (int moved = Math.min(opening, count(tail, pair[1])); moved > 0; moved--) {
        int through = tail.indexOf(pair[1]) + pair[1].length();
        middle += tail.substring(0, through);
        tail = tail.substring(through);
      }
    }
    return before + linked(middle) + tail;
  }

  private static int count(String text, String part) {
    return (text.length() - text.replace(part, "").length()) / part.length();
  }

  private String linked(String address) {
    if (WEB.matcher(address).matches()) {
      boolean whole = address.startsWith("https://") || address.startsWith("http://");
      return link(whole ? address : "https://" + address, trimmed(address));
    }
    if (address.startsWith("mailto:") && MAIL.matcher(address.substring(7)).matches()) {
      return "<a href=\"" + address + "\">" + address.substring(7) + "</a>";
    }
    if (address.contains("@")
        && !address.startsWith("www.")
        && !address.startsWith("@")
        && !address.contains(":")
        && MAIL.matcher(address).matches()) {
      return "<a href=\"mailto:" + address + "\">" + address + "</a>";
    }
    String found = address;
    for (String scheme : schemes) {
      if (!found.equals(scheme) && found.startsWith(scheme)) {
        found = link(found, found);
      }
    }
    return found;
  }

  private String trimmed(String address) {
    Str text = new Str(address);
    if (limit == null || !ValueComparison.ordered(">", Int.of(text.length()), limit)) {
      return address;
    }
    return Slices.slice(text, None.NONE, limit, None.NONE).text() + "...";
  }

  private String link(String address, String text) {
    String more =
        (rel.isEmpty() ? "" : " rel=\"" + rel + "\"")
            + (target.isEmpty() ? "" : " target=\"" + target + "\"");
    return "<a href=\"" + address + "\"" + more + ">" + text + "</a>";
  }
}
