package org.align4j.bench.report.folder;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A guard that spoke.
 *
 * @param step training step
 * @param guard its name
 * @param level {@code warning} or {@code error}
 * @param message what it said
 */
public record GuardEvent(long step, String guard, String level, String message) {

  static GuardEvent of(JsonNode line) {
    return new GuardEvent(
        line.path("step").asLong(),
        line.path("guard").asText(),
        line.path("level").asText("warning"),
        line.path("message").asText());
  }
}
