package org.align4j.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Engines are found by name. */
class EngineTest {

  @Test
  void anEngineIsFoundByItsName() {
    assertThat(Engine.all().stream().map(Engine::name)).contains("plan", "samediff");
    assertThat(Engine.of("plan")).isEqualTo(Engine.PLAN).isNotEqualTo(Engine.SAMEDIFF);
    assertThat(Engine.PLAN.ratioTolerance()).isZero();
  }

  @Test
  void anUnknownNameIsAnsweredWithTheNearest() {
    assertThatThrownBy(() -> Engine.of("plam"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unknown engine plam; did you mean plan? Known: plan, samediff");
  }
}
