package org.align4j.bench.reproduce;

import java.util.Locale;

/** How large what is measured is. */
public enum Scale {
  /** The embedded policy of 1 M parameters. */
  SMALL(5),
  /** A pretrained model that the user names. */
  REAL(3);

  private final int seeds;

  Scale(int seeds) {
    this.seeds = seeds;
  }

  /** Seeds where nothing else is said. */
  public int seeds() {
    return seeds;
  }

  /** In paths and files. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
