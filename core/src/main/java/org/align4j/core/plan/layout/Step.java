package org.align4j.core.plan.layout;

/**
 * One entry of a schedule; its place is the time that {@link Storage} counts in.
 *
 * @param operation index into the layout's operations; their number for the head
 */
public record Step(Pass pass, int operation) {

  /** What is done at a step. */
  public enum Pass {
    FORWARD,
    HEAD_FORWARD,
    HEAD_BACKWARD,
    /** An output made again for the backward steps that follow. */
    RECOMPUTE,
    BACKWARD
  }
}
