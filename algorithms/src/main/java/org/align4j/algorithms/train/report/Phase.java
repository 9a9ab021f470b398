package org.align4j.algorithms.train.report;

/** What a training step spends its time on, in order. */
public enum Phase {
  GENERATE("generate"),
  REFERENCE("reference"),
  CRITIC("critic"),
  ADVANTAGE("advantage"),
  POLICY_UPDATE("policy update"),
  CRITIC_UPDATE("critic update");

  private final String label;

  Phase(String label) {
    this.label = label;
  }

  /** Name in tables. */
  public String label() {
    return label;
  }

  /** Name of a metric of it, such as {@code time/policy_update}. */
  public String metric(String prefix) {
    return prefix + "/" + label.replace(' ', '_');
  }
}
