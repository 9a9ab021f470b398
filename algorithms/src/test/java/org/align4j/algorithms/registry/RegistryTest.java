package org.align4j.algorithms.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class RegistryTest {

  private record Thing(String name) implements Named {}

  private static final Registry<Thing> THINGS =
      Registry.of("thing", List.of(new Thing("zebra"), new Thing("horse"), new Thing("mouse")));

  @Test
  void entriesAreFoundByNameAndListedInOrder() {
    assertThat(THINGS.names()).containsExactly("horse", "mouse", "zebra");
    assertThat(THINGS.all()).extracting(Thing::name).containsExactly("horse", "mouse", "zebra");
    assertThat(THINGS.get("mouse").name()).isEqualTo("mouse");
  }

  @Test
  void anUnknownNameIsAnsweredWithTheNearest() {
    for (String[] pair :
        new String[][] {
          {"moose", "mouse"}, {"house", "horse"}, {"hors", "horse"}, {"zebrass", "zebra"}
        }) {
      assertThatThrownBy(() -> THINGS.get(pair[0]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "unknown thing %s; did you mean %s? Known: horse, mouse, zebra", pair[0], pair[1]);
    }
  }

  @Test
  void twoClassesOfOneNameAreRefused() {
    assertThatThrownBy(() -> Registry.of("thing", List.of(new Thing("a"), new Thing("a"))))
        .hasMessageStartingWith("two classes are registered as thing a: ")
        .hasMessageEndingWith("; rename one of them");
  }
}
