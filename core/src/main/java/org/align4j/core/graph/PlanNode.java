package org.align4j.core.graph;

import org.jspecify.annotations.Nullable;

/** A value in the graph of a plan: a parameter, an input of the batch or an activation. */
public final class PlanNode {

  /** What a node stands for. */
  public enum Kind {
    /** {@code [rows, columns]}, read in place from the parameters. */
    PARAMETER,
    /** Token ids {@code [N]}. */
    TOKENS,
    /** Positions {@code [N]}. */
    POSITIONS,
    /** Labelled rows, labels, the temperature, and what the head answers. */
    HEAD,
    /** {@code [N, columns]}. */
    ACTIVATION
  }

  private final int id;
  private final Kind kind;
  private final int rows;
  private final int columns;
  private final @Nullable String name;

  PlanNode(int id, Kind kind, int rows, int columns, @Nullable String name) {
    this.id = id;
    this.kind = kind;
    this.rows = rows;
    this.columns = columns;
    this.name = name;
  }

  /** Place among the activations of the graph; −1 for all other kinds. */
  public int id() {
    return id;
  }

  /** What it is. */
  public Kind kind() {
    return kind;
  }

  /** Rows of a parameter (1 for a vector), 0 for everything else. */
  public int rows() {
    return rows;
  }

  /** Columns of an activation or a parameter. */
  public int columns() {
    return columns;
  }

  /** Name of a parameter. */
  public String name() {
    if (name == null) {
      throw new IllegalStateException(this + " has no name: it is not a parameter");
    }
    return name;
  }

  @Override
  public String toString() {
    return switch (kind) {
      case PARAMETER -> name + " [" + rows + "," + columns + "]";
      case ACTIVATION -> "activation " + id + " [N," + columns + "]";
      default -> kind.name().toLowerCase(java.util.Locale.ROOT);
    };
  }
}
