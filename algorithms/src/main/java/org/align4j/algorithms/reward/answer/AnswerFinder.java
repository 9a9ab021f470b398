package org.align4j.algorithms.reward.answer;

import java.util.ArrayDeque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds where a text states its answer. The first of these that there is: the last complete box;
 * the first {@code ####} whose line is an answer (or, of such lines that follow one another, the
 * last); the last "the answer is" with an answer behind it; the text as a whole; the last number of
 * the text, with the formula it belongs to. What comes after an answer, such as the next question
 * of a base model that runs on, is not read. Takes linear time.
 */
public final class AnswerFinder {

  private static final String MARK = "####";
  private static final int LONGEST_ANSWER = 2000;
  private static final int MOST_TRIES = 32;

  /** GSM8K's calculator annotations. */
  private static final Pattern CALCULATOR = Pattern.compile("<<[^<>\n]{0,200}>>");

  private static final Pattern ANSWER =
      Pattern.compile(
          "(?i)\\banswer\\b(?:[ *]{0,4}[:=]|[ ]to[ ][^.:=\n]{1,80}[ ]is\\b|[ ]*is\\b)[ *]*:?");

  /** What a text goes on with when it asks itself the next question. */
  private static final Pattern RUN_ON =
      Pattern.compile(
          "(?im)^[ #*>]{0,8}(?:(question|q|human|user|instruction)|problem|exercise|example|input|task|prompt)"
              + "[ ]?\\d{0,4}[ *]{0,3}[:.)]|<\\|(?:im_start|im_end|endoftext|eot_id|user|end)\\|>|\\[INST\\]|</s>");

  /** A numbered heading: 2. Add them. */
  private static final Pattern NUMBERED = Pattern.compile("^\\d{1,3}[.)]\\s+\\D.*");

  private final String text;

  private AnswerFinder(String text) {
    this.text = text;
  }

  /**
   * What was found.
   *
   * @param answer null where nothing could be read
   * @param place the text that states it
   */
  public record Found(@Nullable Answer answer, String place) {}

  /** Finds the answer of a response or a reference. */
  public static Found find(String raw) {
    String all = CALCULATOR.matcher(AnswerText.normalise(raw)).replaceAll("");
    return new AnswerFinder(withoutRunOn(all)).find();
  }

  private Found find() {
    String box = AnswerBoxes.last(text);
    if (box != null) {
      return new Found(AnswerReader.read(box), box);
    }
    Found marked = marked();
    if (marked != null) {
      return marked;
    }
    String whole = text.strip();
    Answer said = said();
    return new Found(said == null ? unmarked(whole) : said, whole);
  }

  /** A text that is an answer as a whole, or else its last number. */
  private @Nullable Answer unmarked(String whole) {
    Answer answer = whole.length() > LONGEST_ANSWER ? null : AnswerReader.read(whole);
    if (answer != null && answer.isPlain()) {
      return answer;
    }
    return answer != null && answer.kind() == Answer.Kind.WORDS
        ? new Answer(Answer.Kind.REMARK, answer.value(), "")
        : LastNumber.of(text);
  }

  /** The text up to where it goes on after an answer. */
  private static String withoutRunOn(String text) {
    Matcher run = RUN_ON.matcher(text);
    int digit = firstDigit(text);
    int mark = -2;
    for (int tries = 0; tries < MOST_TRIES && run.find(); tries++) {
      if (run.start() == 0) {
        continue;
      }
      boolean asks = run.group(1) != null || text.charAt(run.start()) == '<';
      if (asks && digit >= 0 && digit < run.start()) {
        return text.substring(0, run.start());
      }
      if (mark == -2) {
        mark = firstMark(text);
      }
      if (mark >= 0 && mark < run.start()) {
        return text.substring(0, run.start());
      }
    }
    return text;
  }

  private static int firstDigit(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= '0' && text.charAt(i) <= '9') {
        return i;
      }
    }
    return -1;
  }

  private static int firstMark(String text) {
    int first = text.indexOf("\\boxed");
    int hash = text.indexOf(MARK);
    Matcher answer = ANSWER.matcher(text);
    int said = answer.find() ? answer.start() : -1;
    for (int other : new int[] {hash, said}) {
      first = first < 0 || (other >= 0 && other < first) ? other : first;
    }
    return first;
  }

  /** The answer of GSM8K's mark; a heading is none. */
  private @Nullable Found marked() {
    Found found = null;
    int end = -1;
    for (int at = text.indexOf(MARK); at >= 0; at = text.indexOf(MARK, at + 1)) {
      if (at < end) {
        continue;
      }
      if (found != null && !text.substring(end, at).isBlank()) {
        return found;
      }
      int from = at;
      while (from < text.length() && text.charAt(from) == '#') {
        from++;
      }
      int start = skipBlank(from);
      int stop = lineEnd(start);
      at = Math.max(at, from - 1);
      String line = text.substring(start, stop).strip();
      Answer answer = heading(line);
      if (answer != null) {
        found = new Found(answer, line);
        end = stop;
      }
    }
    return found;
  }

  /** The answer that the line of a mark is, or null where the line is a heading. */
  private static @Nullable Answer heading(String line) {
    if (line.isEmpty() || line.startsWith("#") || NUMBERED.matcher(line).matches()) {
      return null;
    }
    Answer answer = line.length() > LONGEST_ANSWER ? null : AnswerReader.read(line);
    boolean words = Character.isLetter(line.charAt(0)) || line.charAt(0) == '*';
    return answer == null || answer.isPlain() || !words ? answer : null;
  }

  private int skipBlank(int from) {
    int i = from;
    while (i < text.length() && Character.isWhitespace(text.charAt(i))) {
      i++;
    }
    return i;
  }

  private int lineEnd(int from) {
    int end = text.indexOf('\n', from);
    return end < 0 ? text.length() : end;
  }

  /** What follows "the answer is", to the end of its sentence. */
  private @Nullable Answer said() {
    Matcher matcher = ANSWER.matcher(text);
    ArrayDeque<Integer> places = new ArrayDeque<>();
    while (matcher.find()) {
      places.push(matcher.end());
      if (places.size() > MOST_TRIES) {
        places.removeLast();
      }
    }
    for (int place : places) {
      int start = skipBlank(place);
      while (text.startsWith("\\[", start) || text.startsWith("$$", start)) {
        start = skipBlank(start + 2);
      }
      int end = Math.min(lineEnd(start), start + LONGEST_ANSWER);
      Answer answer = AnswerReader.read(text.substring(start, sentenceEnd(start, end)));
      if (answer != null && (answer.isPlain() || isChoice(answer))) {
        return answer;
      }
    }
    return null;
  }

  /** The letter of a multiple choice. */
  private static boolean isChoice(Answer answer) {
    return answer.kind() == Answer.Kind.WORDS && answer.value().length() == 1;
  }

  private int sentenceEnd(int from, int end) {
    for (int i = from; i < end; i++) {
      char c = text.charAt(i);
      boolean last = i + 1 == end || Character.isWhitespace(text.charAt(i + 1));
      boolean initial =
          i >= 2 && Character.isLetter(text.charAt(i - 1)) && text.charAt(i - 2) == '.';
      if (last && ((c == '.' && !initial) || (c == '!' && i > from))) {
        return i;
      }
    }
    return end;
  }
}
