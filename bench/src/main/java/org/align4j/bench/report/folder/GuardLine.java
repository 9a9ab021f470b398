package org.align4j.bench.report.folder;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A warning of a guard.
 *
 * @param step training step
 * @param guard its name
 * @param level {@code warning} or {@code error}
 * @param message what it said
 */
public record GuardLine(long step, String guard, String level, String message) {

  static GuardLine of(JsonNode line) {
    return new GuardLine(
        line.path("step").asLong(),
        line.path("guard").asText(),
        line.path("level").asText("warning"),
        line.path("message").asText());
  }
}
