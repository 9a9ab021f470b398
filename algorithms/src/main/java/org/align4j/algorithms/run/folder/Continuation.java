package org.align4j.algorithms.run.folder;

import static com.google.common.base.Preconditions.checkArgument;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.align4j.algorithms.settings.field.Fields;

/**
 * What a run may differ in from the one that its folder holds: its length, and what changes no
 * result. Another model, other data or other settings would be another run.
 */
public final class Continuation {

  private Continuation() {}

  /**
   * Checks that a run goes on, and takes over what may have changed into the folder's description,
   * to be written with the next status.
   *
   * @param saved the folder of the run so far
   * @param defaults the records that the settings are made of
   * @param now how the run is described now, as {@code run.json} would be
   * @param warning gets a message where the bits may not be those of an uninterrupted run
   * @throws IllegalArgumentException naming what differs; nothing is changed then
   */
  public static void check(
      RunFolder saved, List<Record> defaults, ObjectNode now, Consumer<String> warning) {
    JsonNode before = saved.description();
    same(saved, "kind", before.path("kind").asText(), now.path("kind").asText());
    sameSettings(saved, defaults, before.path("settings"), now.path("settings"));
    // A plain name of a convention means the newest version, which moves.
    String convention = now.path("convention").asText();
    same(saved, "convention", before.path("convention").asText(convention), convention);
    same(saved, "--engine", before.path("engine").asText("plan"), now.path("engine").asText());
    same(
        saved,
        "--precision",
        before.path("precision").asText("fp32"),
        now.path("precision").asText("fp32"));
    for (String input : List.of("model", "data")) {
      checkArgument(
          hashes(before, input).equals(hashes(now, input)),
          "the %s of the run in %s changed since it began (%s then, %s now): begin a new run",
          input,
          saved.path(),
          before.path(input),
          now.path(input));
    }
    warnOfAnotherMachine(before, now, warning);
    for (String field : List.of("model", "data", "updates", "settings")) {
      if (now.has(field)) {
        saved.update(field, now.path(field));
      }
    }
  }

  private static void sameSettings(
      RunFolder saved, List<Record> defaults, JsonNode before, JsonNode now) {
    Map<String, String> was = Fields.flatten(defaults, before);
    Map<String, String> is = Fields.flatten(defaults, now);
    defaults.stream()
        .flatMap(record -> Fields.all(record).stream())
        .filter(Fields.Field::changesResults)
        .forEach(field ->
            same(
                saved,
                field.path(),
                // A field that came later had the value that is its default now.
                was.getOrDefault(field.path(), field.value()),
                is.getOrDefault(field.path(), field.value())));
  }

  private static void same(RunFolder saved, String name, String was, String is) {
    checkArgument(
        was.equals(is),
        "%s was %s when the run in %s began, it is %s now: leave it as it was, or begin a new run",
        name,
        was,
        saved.path(),
        is);
  }

  private static List<String> hashes(JsonNode description, String input) {
    return description.path(input).findValuesAsText("sha256");
  }

  /** Sums are rounded in an order that depends on the processor's vectors. */
  private static void warnOfAnotherMachine(
      JsonNode before, JsonNode now, Consumer<String> warning) {
    String was = before.path("machine").path("processor").asText();
    String is = now.path("machine").path("processor").asText();
    if (!before.path("versions").equals(now.path("versions")) || !was.equals(is)) {
      warning.accept(
          "The run began with %s on %s, this is %s on %s: it goes on, but its bits may not be those of an unbroken run"
              .formatted(before.path("versions"), was, now.path("versions"), is));
    }
  }
}
